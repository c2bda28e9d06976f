operator a {
    wavefield u
    solve u.dt2 - trace(identity(2)) = 0 for u.forward  ### "identity takes no argument"
}
