operator a {
    wavefield u
    solve u.dt2 - u.dx(weights -0.5, 0, 0.5, at 1/2) = 0 for u.forward  ### "is taken between two points, where 3 weights do not lie evenly"
}
