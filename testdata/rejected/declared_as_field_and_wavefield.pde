operator a {
    field u
    wavefield u  ### "u is already declared at"
    solve u.dt2 - laplace(u) = 0 for u.forward
}
