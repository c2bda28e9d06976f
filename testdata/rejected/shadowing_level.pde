operator a {
    field forward  ### "forward is a time level"
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
}
