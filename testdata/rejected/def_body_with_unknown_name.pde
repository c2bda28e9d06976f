operator a {
    wavefield u
    def f(p) = p*stretch  ### "unknown name stretch"
    solve u.dt2 - laplace(u) = 0 for u.forward
}
