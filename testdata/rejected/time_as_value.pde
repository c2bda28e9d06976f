operator a {
    wavefield u
    solve u.dt2 - sin(t) = 0 for u.forward  ### "the coordinate t cannot be used as a value"
}
