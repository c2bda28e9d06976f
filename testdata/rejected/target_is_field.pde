operator a {
    field m
    wavefield u
    solve m*u.dt2 - laplace(u) = 0 for m  ### "the target must be the next level of a wavefield; write for example u.forward"
}
