operator a {
    field x  ### "x is an axis"
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
}
