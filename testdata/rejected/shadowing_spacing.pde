operator a {
    scalar h_x  ### "h_x is the grid spacing along x"
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
}
