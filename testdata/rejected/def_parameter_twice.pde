operator a {
    wavefield u
    def f(p, p) = p  ### "parameter p appears twice"
    solve u.dt2 - laplace(u) = 0 for u.forward
}
