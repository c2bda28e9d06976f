operator a {
    wavefield u
    solve 1/u.dt - laplace(u) = 0 for u.forward  ### "the equation is not linear in u.forward"
}
