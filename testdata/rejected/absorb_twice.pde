operator a {
    wavefield u
    absorb layer
    absorb layer^2  ### "absorb is given twice"
    solve u.dt2 - laplace(u) = 0 for u.forward
}
