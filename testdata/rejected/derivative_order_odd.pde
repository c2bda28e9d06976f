operator a {
    wavefield u
    solve u.dt2 - u.dx2(order 3) = 0 for u.forward  ### "order of accuracy 3: it must be 1 or even, up to 32"
}
