operator a {
    wavefield u
    def f(2*p) = p  ### "unexpected 2: expected )"
    solve u.dt2 - laplace(u) = 0 for u.forward
}
