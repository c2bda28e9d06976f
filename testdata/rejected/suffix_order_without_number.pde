operator a {
    wavefield u
    solve u.dt2 - u.dx2(order) = 0 for u.forward  ### "unexpected ): expected a name, a number or a parenthesis"
}
