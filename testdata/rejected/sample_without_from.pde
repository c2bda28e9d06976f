operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    sample rec u  ### "unexpected u: expected from"
}
