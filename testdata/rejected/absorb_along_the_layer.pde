operator a {
    field c
    wavefield u
    absorb c*layer  ### "c varies along z, on which the damping of x does not depend"
    solve u.dt2 - laplace(u) = 0 for u.forward
}
