operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    vector wavefield v  ### "wavefield v is never updated"
}
