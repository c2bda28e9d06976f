operator a {
    wavefield u
    solve u.dt2 - @u = 0 for u.forward  ### "unexpected character '@'"
}
