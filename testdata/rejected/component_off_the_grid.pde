operator a {
    wavefield u
    solve u.dt2 - grad(u).y = 0 for u.forward  ### "unknown suffix .y"
}
