operator a {
    order 8  ### "unexpected 8: expected space or time"
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
}
