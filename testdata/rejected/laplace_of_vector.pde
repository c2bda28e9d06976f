operator a {
    wavefield u
    solve u.dt2 - laplace(grad(u)) = 0 for u.forward  ### "the two terms are a vector and a scalar"
}
