operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    periodic z
    boundary u odd  ### "axis z is periodic: it has no ends"
}
