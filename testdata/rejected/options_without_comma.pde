operator a {
    wavefield u
    solve u.dt2 - u.dx(order 4 at 1/2) = 0 for u.forward  ### "unexpected at: expected , or ) to close the parenthesis"
}
