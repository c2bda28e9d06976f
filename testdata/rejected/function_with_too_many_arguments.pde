operator a {
    wavefield u
    solve u.dt2 - sin(1, 2)*u = 0 for u.forward  ### "sin takes 1 argument, not 2; write sin(a)"
}
