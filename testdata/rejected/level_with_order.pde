operator a {
    wavefield u
    solve u.dt2 - u.backward(order 2) = 0 for u.forward  ### "backward takes no options"
}
