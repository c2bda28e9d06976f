operator a {
    order space 3  ### "space order 3: it must be even, from 2 to 32"
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
}
