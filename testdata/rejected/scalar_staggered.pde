operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    scalar c staggered x  ### "a scalar has no place on the grid"
}
