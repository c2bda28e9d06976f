operator a {
    wavefield u
    solve u.dt2 - u.dx(4) = 0 for u.forward  ### "unexpected 4: a derivative takes only its order of accuracy, as in u.dx(order 4)"
}
