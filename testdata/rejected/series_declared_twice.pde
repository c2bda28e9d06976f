operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    reduce e from sum(u)
    reduce e from max(u)  ### "e is already declared"
}
