operator a {
    order space 0  ### "space order 0: it must be even, from 2 to 32"
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
}
