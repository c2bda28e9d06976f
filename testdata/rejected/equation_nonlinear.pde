operator a {
    wavefield u
    solve u.dt2^2 - laplace(u) = 0 for u.forward  ### "the equation is not linear in u.forward"
}
