operator a {
    wavefield u
    def f(p) = p*scale  ### "unknown name scale"
    solve u.dt2 - laplace(u) = 0 for u.forward
}
