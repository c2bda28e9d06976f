operator a {
    wavefield u
    def f(sin) = sin + 1  ### "sin is a function"
    solve u.dt2 - laplace(u) = 0 for u.forward
}
