operator a {
    wavefield u
    solve u.dt3 - laplace(u) = 0 for u.forward  ### "a derivative of order 3 in time needs more levels than the 3 that a step has"
}
