operator a {
    field m
    wavefield u
    require m "positive"  ### "expected"
    solve m*u.dt2 = laplace(u) for u.forward
}
