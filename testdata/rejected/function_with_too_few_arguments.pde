operator a {
    wavefield u
    solve u.dt2 - max(u) = 0 for u.forward  ### "max takes 2 arguments, not 1; write max(a, b)"
}
