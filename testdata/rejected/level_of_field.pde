operator a {
    field m
    wavefield u
    solve m.forward*u.dt2 - laplace(u) = 0 for u.forward  ### "m does not vary in time"
}
