operator a {
    wavefield u
    wavefield v  ### "wavefield v is never updated"
    solve u.dt2 - laplace(v) = 0 for u.forward
}
