operator a {
    field m
    wavefield u
    solve m*u.dt2 - laplace(u) = 0 for m.forward  ### "m does not vary in time, so it has no next level"
}
