operator a {
    wavefield u
    solve u.dt2 - norm(u) = 0 for u.forward  ### "norm stands only in reduce NAME from norm(...)"
}
