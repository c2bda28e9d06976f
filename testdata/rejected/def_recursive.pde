operator a {
    wavefield u
    def f(p) = f(p) + 1  ### "def f calls itself"
    solve u.dt2 - f(u) = 0 for u.forward
}
