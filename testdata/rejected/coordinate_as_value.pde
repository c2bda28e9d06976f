operator a {
    wavefield u
    solve u.dt2 - x*laplace(u) = 0 for u.forward  ### "the coordinate x cannot be used as a value"
}
