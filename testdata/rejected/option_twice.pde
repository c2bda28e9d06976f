operator a {
    wavefield u
    solve u.dt2 - u.dx(order 4, order 2) = 0 for u.forward  ### "order is given twice"
}
