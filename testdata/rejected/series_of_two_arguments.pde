operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    reduce e from max(u, 0)  ### "max of all points takes 1 argument, not 2"
}
