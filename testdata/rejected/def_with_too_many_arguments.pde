operator a {
    wavefield u
    def f(p) = 2*p
    solve u.dt2 - f(u, u) = 0 for u.forward  ### "f takes 1 argument, not 2"
}
