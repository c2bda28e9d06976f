operator a {
    wavefield u
    solve u.dt2 - div(u) = 0 for u.forward  ### "div needs a vector or a matrix, not a scalar"
}
