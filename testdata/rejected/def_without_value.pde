operator a {
    wavefield u
    def f(p) =  ### "this statement is not finished: expected a name, a number or a parenthesis"
    solve u.dt2 - laplace(u) = 0 for u.forward
}
