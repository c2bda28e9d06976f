operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for 2*u.forward  ### "the target must be the next level of a wavefield; write for example u.forward"
}
