operator a {
    wavefield u
    wavefield v
    solve u.dt2 - v.dt = 0 for u.forward  ### "v.forward is not known here: it is a future value"
    solve v.dt2 - laplace(v) = 0 for v.forward
}
