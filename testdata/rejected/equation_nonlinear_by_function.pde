operator a {
    wavefield u
    solve sin(u.dt) - laplace(u) = 0 for u.forward  ### "the equation is not linear in u.forward"
}
