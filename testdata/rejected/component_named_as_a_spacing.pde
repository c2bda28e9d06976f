operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    vector field h  ### "h.x is called h_x in the data, which is the grid spacing along x"
}
