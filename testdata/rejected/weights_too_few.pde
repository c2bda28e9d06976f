operator a {
    wavefield u
    solve u.dt2 - u.dx4(weights 1, -2, 1) = 0 for u.forward  ### "a derivative of order 4 needs at least 5 points, not 3"
}
