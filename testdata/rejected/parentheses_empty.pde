operator a {
    wavefield u
    let a = ()  ### "unexpected ): expected a name, a number or a parenthesis"
    solve u.dt2 - laplace(u) = 0 for u.forward
}
