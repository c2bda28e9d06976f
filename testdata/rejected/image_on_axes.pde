operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    image g on x  ### "an image does not take a list of axes"
    g += u
}
