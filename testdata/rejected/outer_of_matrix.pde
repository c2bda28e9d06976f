operator a {
    wavefield u
    solve u.dt2 - trace(outer(identity, grad(u))) = 0 for u.forward  ### "outer needs a vector, not a matrix"
}
