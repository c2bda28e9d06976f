operator a {
    field m
    wavefield u
    m.forward = 2*m  ### "m does not vary in time, so it has no next level"
    solve u.dt2 - laplace(u) = 0 for u.forward
}
