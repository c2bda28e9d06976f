operator a {
    wavefield u
    solve u.dt2 - c^2*laplace(u) = 0 for u.forward  ### "unknown name c"
}
