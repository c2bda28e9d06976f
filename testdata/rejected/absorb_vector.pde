operator a {
    vector scalar c
    wavefield u
    absorb c*layer  ### "absorb needs a scalar, not a vector"
    solve u.dt2 - laplace(u) = 0 for u.forward
}
