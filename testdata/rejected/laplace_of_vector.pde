operator a {
    wavefield u
    solve u.dt2 - laplace(grad(u)) = 0 for u.forward  ### "laplace needs a scalar, not a vector"
}
