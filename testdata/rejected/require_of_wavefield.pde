operator a {
    field m
    wavefield u
    require u > 0 "positive"  ### "a condition is on parameters, which u is not"
    solve m*u.dt2 = laplace(u) for u.forward
}
