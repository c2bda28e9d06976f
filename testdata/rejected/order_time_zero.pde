operator a {
    order time 0  ### "time order 0: it must be from 1 to 4"
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
}
