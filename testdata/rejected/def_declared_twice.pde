operator a {
    wavefield u
    def f(p) = p
    def f(q) = q  ### "f is already declared at"
    solve u.dt2 - laplace(u) = 0 for u.forward
}
