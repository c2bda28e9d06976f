operator a {
    wavefield u
    1D let n = 1
    3D let n = 2
    solve u.dt2 - n*laplace(u) = 0 for u.forward  ### "unknown name n; it exists on grids of another dimension, 1D and 3D, only"
}
