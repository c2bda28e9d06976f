operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    save us into u  ### "unexpected keyword into: expected from"
}
