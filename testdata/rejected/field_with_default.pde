operator a {
    field m = 2  ### "a field has no default value"
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
}
