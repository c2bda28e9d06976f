operator a {
    axes t, z  ### "t is time"
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
}
