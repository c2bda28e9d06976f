operator a {
    wavefield u
    solve u.dt2(order 4) - laplace(u) = 0 for u.forward  ### "accuracy 4 in time is more than the operator's time order 2"
}
