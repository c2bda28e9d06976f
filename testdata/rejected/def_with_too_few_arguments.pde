operator a {
    wavefield u
    def f(p, q) = p*q
    solve u.dt2 - f(u) = 0 for u.forward  ### "f takes 2 arguments, not 1"
}
