operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    vector scalar d = 2  ### "the default value is a scalar, but a vector is declared"
}
