operator a {
    wavefield u on x  ### "a wavefield does not take a list of axes"
    solve u.dt2 - laplace(u) = 0 for u.forward
}
