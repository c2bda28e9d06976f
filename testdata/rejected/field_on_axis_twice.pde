operator a {
    field d on x, x  ### "axis x is named twice"
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
}
