operator a {
    wavefield u
    def f(p) = g(p)
    def g(p) = f(p)  ### "def f calls itself"
    solve u.dt2 - f(u) = 0 for u.forward
}
