operator a {
    wavefield u
    solve u.dt2 = grad(u) for u.forward  ### "the two sides are a vector and a scalar"
}
