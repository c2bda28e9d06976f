operator a {
    axes x, y, z  ### "the operator names 3 axes, but the grid has 2"
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
}
