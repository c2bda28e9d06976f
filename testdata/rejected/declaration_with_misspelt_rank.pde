operator a {
    wavefield u
    vectr field m  ### "no statement begins with vectr; did you mean vector?"
    solve u.dt2 - laplace(u) = 0 for u.forward
}
