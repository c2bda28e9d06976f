operator a {
    order time 3  ### "time order 3: it must be 1 or 2"
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
}
