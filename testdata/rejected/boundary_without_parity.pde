operator a {
    wavefield u
    boundary u at first x  ### "unexpected at: expected odd or even"
    solve u.dt2 - laplace(u) = 0 for u.forward
}
