operator a {
    wavefield u
    def f = 2  ### "unexpected =: expected ("
    solve u.dt2 - laplace(u) = 0 for u.forward
}
