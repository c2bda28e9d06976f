operator a {
    wavefield u
    u.dx = 0  ### "the target must be the next level of a wavefield; write for example u.forward"
    solve u.dt2 - laplace(u) = 0 for u.forward
}
