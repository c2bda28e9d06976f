operator a {
    wavefield u
    solve u.dt2 - u.dx2(order 2, weights 1, -2, 1) = 0 for u.forward  ### "weights leave no choice of the order of accuracy"
}
