operator a {
    points src  ### "points src are never used"
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
}
