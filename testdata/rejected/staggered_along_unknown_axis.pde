operator a {
    wavefield u staggered y  ### "there is no axis y; the axes of this grid are x, z"
    solve u.dt2 - laplace(u) = 0 for u.forward
}
