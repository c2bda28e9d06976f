operator a {
    field c
    field m = c.dx  ### "a default value is made of the values at the point itself"
    wavefield u
    solve m*u.dt2 - laplace(u) = 0 for u.forward
}
