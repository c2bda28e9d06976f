operator a {
    wavefield u
    wavefield v
    solve u.dt2 - laplace(u) = 0 for u.forward
    solve v.dt2 - laplace(v) = 0 for v.backward  ### "the target must be the next level of a wavefield; all statements of an operator step the same way, here to .forward"
}
