operator a {
    wavefield u
    solve u.dt2 - u.dx(weights -0.5, 0, 0.5, at 1/2) = 0 for u.forward  ### "3 weights have no middle between two points"
}
