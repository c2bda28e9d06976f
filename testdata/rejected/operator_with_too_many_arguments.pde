operator a {
    wavefield u
    solve u.dt2 - laplace(u, 4) = 0 for u.forward  ### "laplace takes 1 argument, not 2; write laplace(a)"
}
