operator a {
    order time 4
    wavefield u
    solve u.dt2 - u.dt3 = 0 for u.forward  ### "a derivative of order 3 needs at least 4 points"
}
