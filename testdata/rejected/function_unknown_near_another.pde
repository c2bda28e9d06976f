operator a {
    wavefield u
    solve u.dt2 - sqr(2)*laplace(u) = 0 for u.forward  ### "unknown name sqr; did you mean sqrt?"
}
