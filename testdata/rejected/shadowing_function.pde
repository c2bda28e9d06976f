operator a {
    field sqrt  ### "sqrt is a function"
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
}
