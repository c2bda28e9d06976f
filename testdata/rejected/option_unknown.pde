operator a {
    wavefield u
    solve u.dt2 - u.dx(side 1) = 0 for u.forward  ### "unexpected side: a derivative takes order, at and weights, as in u.dx(order 4, at 1/2)"
}
