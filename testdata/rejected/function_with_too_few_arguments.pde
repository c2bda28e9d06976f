operator a {
    wavefield u
    solve u.dt2 - atan2(u) = 0 for u.forward  ### "atan2 takes 2 arguments, not 1; write atan2(a, b)"
}
