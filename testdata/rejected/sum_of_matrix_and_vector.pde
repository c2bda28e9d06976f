operator a {
    wavefield u
    solve u.dt2 - div(identity + grad(u)) = 0 for u.forward  ### "the two terms are a matrix and a vector"
}
