operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    region r = first 1 along x
    region r = last 1 along x  ### "r is already declared"
}
