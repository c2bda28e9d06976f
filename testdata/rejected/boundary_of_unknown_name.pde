operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    boundary w odd at first z  ### "unknown name w"
}
