operator a {
    order space 2
    wavefield u
    solve u.dt2 - u.dx4 = 0 for u.forward  ### "a derivative of order 4 needs at least 5 points, more than its order of accuracy gives; raise the order of accuracy"
}
