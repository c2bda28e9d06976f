operator a {
    wavefield u
    def f(dt) = dt^2  ### "dt is the time step"
    solve u.dt2 - laplace(u) = 0 for u.forward
}
