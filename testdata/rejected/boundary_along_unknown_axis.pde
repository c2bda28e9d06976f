operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    boundary u odd at first y  ### "there is no axis y"
}
