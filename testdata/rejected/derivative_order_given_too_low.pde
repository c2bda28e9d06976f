operator a {
    wavefield u
    solve u.dt2 - u.dx2(order 1) = 0 for u.forward  ### "a derivative of order 2 needs at least 3 points, more than its order of accuracy gives; raise the order of accuracy"
}
