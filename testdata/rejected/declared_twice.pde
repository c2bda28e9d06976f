operator a {
    field m
    field m  ### "m is already declared at"
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
}
