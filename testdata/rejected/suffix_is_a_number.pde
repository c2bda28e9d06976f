operator a {
    wavefield u
    solve u.2 = 0 for u.forward  ### "unexpected .2: expected ="
}
