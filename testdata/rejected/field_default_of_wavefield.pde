operator a {
    field m = u  ### "a default value is fixed before the first step, so it cannot hold u"
    wavefield u
    solve m*u.dt2 - laplace(u) = 0 for u.forward
}
