operator a {
    wavefield u
    solve u.dt2 > 0 for u.forward  ### "unexpected >"
}
