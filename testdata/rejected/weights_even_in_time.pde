operator a {
    wavefield u
    solve u.dt(weights -1, 1) = laplace(u) for u.forward  ### "2 weights have no level in their middle"
}
