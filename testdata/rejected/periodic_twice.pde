operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    periodic z, z  ### "axis z is periodic already"
}
