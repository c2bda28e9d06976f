operator a {
    field m
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    inject src into m  ### "the target must be the next level of a wavefield; write for example u.forward"
}
