operator a {
    wavefield u staggered x, x  ### "axis x is named twice"
    solve u.dt2 - laplace(u) = 0 for u.forward
}
