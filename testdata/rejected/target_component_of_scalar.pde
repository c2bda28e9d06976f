operator a {
    wavefield u
    u.x.forward = 0  ### "u has no component x; it is a scalar"
    solve u.dt2 - laplace(u) = 0 for u.forward
}
