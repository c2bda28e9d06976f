operator a {
    wavefield u
    let a =  ### "this statement is not finished: expected a name, a number or a parenthesis"
    solve u.dt2 - laplace(u) = 0 for u.forward
}
