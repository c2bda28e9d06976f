operator a {
    wavefield u
    def f(p) = div(p)  ### "div needs a vector or a matrix, not a scalar"
    solve u.dt2 - f(u) = 0 for u.forward
}
