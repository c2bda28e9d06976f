operator a {
    wavefield u
    solve u.dt2 - laplace(2) = 0 for u.forward  ### "2 does not vary in space"
}
