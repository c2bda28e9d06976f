operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    inject src.dx into u.forward  ### "src does not vary in x"
}
