operator a {
    wavefield u
    solve u.dt2 - sqrt(grad(u)) = 0 for u.forward  ### "sqrt does not apply to a vector"
}
