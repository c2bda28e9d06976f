operator a {
    wavefield u
    solve u.dt2 - u.dx2(order) = 0 for u.forward  ### "unexpected ): expected the order of accuracy, a number"
}
