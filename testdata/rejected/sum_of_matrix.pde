operator a {
    wavefield u
    solve u.dt2 - sum(identity) = 0 for u.forward  ### "sum needs a vector, not a matrix; write trace(M)"
}
