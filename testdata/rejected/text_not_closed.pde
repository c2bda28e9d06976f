operator a {
    wavefield u "pressure  ### `this text is not closed on its line`
    solve u.dt2 - laplace(u) = 0 for u.forward
}
