operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    u.forward += u  ### "only an image can be added to"
}
