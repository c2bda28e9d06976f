operator a {
    scalar c = log(-1)  ### "log(-1) has no finite real value"
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
}
