operator a {
    points src
    points more  ### "points more are never used"
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    inject src*more into u.forward  ### "two sets of points, src and more, in one inject"
}
