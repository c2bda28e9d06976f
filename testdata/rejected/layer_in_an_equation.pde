operator a {
    wavefield u
    solve u.dt2 - laplace(u) + layer.x*u.dt = 0 for u.forward  ### "layer.x is known to default values and absorb only; declare a field"
}
