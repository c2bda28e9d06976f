operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    reduce e from u^2  ### "reduce needs sum, min, max or norm of an expression; write for example sum(u^2)"
}
