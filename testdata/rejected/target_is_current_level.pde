operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u  ### "u is the current level, which is already known; write u.forward"
}
