operator a {
    scalar dt  ### "dt is the time step"
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
}
