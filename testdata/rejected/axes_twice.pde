operator a {
    axes x, z
    axes x, z  ### "axes is given twice"
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
}
