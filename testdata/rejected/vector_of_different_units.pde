operator a {
    wavefield u
    scalar a [m]
    scalar b [s]
    solve u.dt2 - dot((a, b), grad(u)) = 0 for u.forward  ### "the components differ in dimension: [m] and [s]"
}
