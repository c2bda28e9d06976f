operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    region r = all but inner 10 along x  ### "all but the inner points are two ranges"
}
