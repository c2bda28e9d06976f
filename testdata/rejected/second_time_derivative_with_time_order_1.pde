operator a {
    order time 1
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward  ### "a derivative of order 2 in time needs time order 2, and this operator has 1; raise the order in time: order time 2"
}
