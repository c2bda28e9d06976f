operator a {
    wavefield u
    solve u.dt2 - dot(identity, identity) = 0 for u.forward  ### "dot needs a vector, not a matrix"
}
