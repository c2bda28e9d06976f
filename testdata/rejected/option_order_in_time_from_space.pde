operator a {
    wavefield u
    solve u.dt2(order space) - laplace(u) = 0 for u.forward  ### "the order in space says nothing about a derivative in time"
}
