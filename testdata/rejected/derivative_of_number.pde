operator a {
    wavefield u
    solve u.dt2 - 2.dx = 0 for u.forward  ### "2 does not vary in x"
}
