operator a {
    field sqrt  ### "sqrt is an elementary function"
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
}
