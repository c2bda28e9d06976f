operator a {
    wavefield u
    solve u.dt2 - grad(u).x(order 4) = 0 for u.forward  ### "a component takes no options"
}
