operator a {
    wavefield u
    solve u.dt2 - trace(grad(u)) = 0 for u.forward  ### "trace needs a matrix, not a vector"
}
