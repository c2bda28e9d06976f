operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    image g
    g += (g*u).dt  ### "g is known at the current step only"
}
