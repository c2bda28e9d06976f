operator a {
    wavefield u
    boundary u odd at top x  ### "unexpected top: expected first, last or both"
    solve u.dt2 - laplace(u) = 0 for u.forward
}
