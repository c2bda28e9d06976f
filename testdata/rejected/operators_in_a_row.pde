operator a {
    wavefield u
    let a = 2*/3  ### "unexpected /: expected a name, a number or a parenthesis"
    solve u.dt2 - laplace(u) = 0 for u.forward
}
