operator a {
    wavefield u
    solve u.dt2 - div(grad(grad(grad(u)))) = 0 for u.forward  ### "grad needs a scalar or a vector, not a matrix"
}
