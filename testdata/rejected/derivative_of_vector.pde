operator a {
    wavefield u
    solve u.dt2 - grad(u).dx = 0 for u.forward  ### "grad(u) is a vector, which .dx does not apply to"
}
