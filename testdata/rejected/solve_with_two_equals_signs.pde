operator a {
    wavefield u
    solve u.dt2 == laplace(u) for u.forward  ### "unexpected =: expected a name, a number or a parenthesis"
}
