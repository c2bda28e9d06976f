operator a {
    field m
    wavefield u
    require m > m.dx  ### "a condition is on parameters, which a derivative is not"
    solve m*u.dt2 = laplace(u) for u.forward
}
