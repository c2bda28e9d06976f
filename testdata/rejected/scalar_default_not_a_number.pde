operator a {
    field m
    scalar d = 2*m  ### "the default value of a scalar cannot vary from point to point; write max(...) or min(...)"
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
}
