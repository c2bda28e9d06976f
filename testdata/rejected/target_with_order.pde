operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward(order 2)  ### "forward takes no options"
}
