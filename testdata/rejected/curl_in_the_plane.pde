operator a {
    wavefield u
    solve u.dt2 - curl(grad(u)).x = 0 for u.forward  ### "curl needs a grid with 3 axes, not 2; write the derivatives out"
}
