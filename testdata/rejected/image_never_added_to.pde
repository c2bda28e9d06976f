operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    image g  ### "image g is never added to"
}
