operator a {
    field m
    wavefield u
    require m = 1  ### "expected"
    solve m*u.dt2 = laplace(u) for u.forward
}
