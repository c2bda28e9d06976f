operator a {
    field 2m  ### "unexpected 2: expected a name"
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
}
