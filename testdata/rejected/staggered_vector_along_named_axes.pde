operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    vector field b staggered x  ### "the components of a vector or tensor are staggered along their own axes"
}
