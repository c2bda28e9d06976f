operator a {
    scalar c on x  ### "a scalar does not take a list of axes"
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
}
