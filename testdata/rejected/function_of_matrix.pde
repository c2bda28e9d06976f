operator a {
    wavefield u
    solve u.dt2 - sin(identity) = 0 for u.forward  ### "sin does not apply to a matrix"
}
