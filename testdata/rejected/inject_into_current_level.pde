operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    inject src into u  ### "the current level of u is already in use: inject into the next one; write u.forward"
}
