operator a {
    wavefield u
    solve u.dt2 - dot(grad(u)) = 0 for u.forward  ### "dot takes 2 arguments, not 1; write dot(a, b)"
}
