operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    solve u.dt2 - laplace(u) = 0 for u.forward  ### "u.forward is computed twice in one step"
}
