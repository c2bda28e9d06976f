operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    boundary u zero  ### "u is zero beyond the grid unless a boundary says otherwise"
}
