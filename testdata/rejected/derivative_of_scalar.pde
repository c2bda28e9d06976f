operator a {
    scalar c
    wavefield u
    solve u.dt2 - c.dx = 0 for u.forward  ### "c does not vary in x"
}
