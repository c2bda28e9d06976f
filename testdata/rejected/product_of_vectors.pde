operator a {
    wavefield u
    solve u.dt2 - grad(u)*grad(u) = 0 for u.forward  ### "a vector cannot be multiplied by a vector"
}
