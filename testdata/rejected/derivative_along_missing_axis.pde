operator a {
    wavefield u
    solve u.dt2 - u.dy2 = 0 for u.forward  ### "unknown suffix .dy2"
}
