operator a {
    wavefield u
    solve u.dt2 - dot(u, u) = 0 for u.forward  ### "dot needs a vector or a matrix, not a scalar; write * to multiply by a scalar"
}
