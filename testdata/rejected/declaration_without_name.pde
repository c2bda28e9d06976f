operator a {
    field  ### "this statement is not finished: expected a name"
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
}
