operator a {
    order space 8
    wavefield u
    solve u.dt2 - u.dx(order space/3) = 0 for u.forward  ### "order of accuracy 8/3: it must be 1 or even, up to 32; use a part of it that is a whole number"
}
