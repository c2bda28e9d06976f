operator a {
    wavefield u staggered faces  ### "only a vector has components on faces"
    solve u.dt2 - laplace(u) = 0 for u.forward
}
