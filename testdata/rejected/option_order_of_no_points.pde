operator a {
    order space 8
    wavefield u
    solve u.dt2 - u.dx(order space/9) = 0 for u.forward  ### "order of accuracy 0: it must be 1 or even, up to 32"
}
