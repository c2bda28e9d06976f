operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    image g = 1  ### "an image has no default value"
    g += u
}
