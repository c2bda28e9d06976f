operator a {
    wavefield u
    region r = first along x  ### "unexpected along: expected a number"
    solve u.dt2 - laplace(u) = 0 for u.forward
}
