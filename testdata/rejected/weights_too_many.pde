operator a {
    wavefield u
    solve u.dt2 - u.dx(weights 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1) = 0 for u.forward  ### "35 weights: at most 33 can be given"
}
