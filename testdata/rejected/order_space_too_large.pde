operator a {
    order space 64  ### "space order 64: it must be even, from 2 to 32"
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
}
