operator a {
    wavefield u
    solve u.td2 - laplace(u) = 0 for u.forward  ### "unknown suffix .td2; did you mean dt2?"
}
