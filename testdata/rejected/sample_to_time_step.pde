operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    sample dt from u  ### "dt is the time step"
}
