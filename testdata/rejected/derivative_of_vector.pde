operator a {
    wavefield u
    solve u.dt2 - grad(u).dx = 0 for u.forward  ### "the two terms are a vector and a scalar"
}
