operator a {
    field layer  ### "layer is a quantity of absorbing layers and surveys"
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
}
