operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    boundary u odd at first z
    boundary u even at both z  ### "the first end of z has a boundary for u already"
}
