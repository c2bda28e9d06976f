operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    field m on z staggered x  ### "m cannot be staggered along x, on which it does not depend"
}
