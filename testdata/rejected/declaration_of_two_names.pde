operator a {
    wavefield u, v  ### "unexpected ,: expected a statement or }"
    solve u.dt2 - laplace(u) = 0 for u.forward
}
