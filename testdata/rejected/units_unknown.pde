operator a {
    units furlong, s  ### "furlong is not a unit of length; write for example: units m, ms"
    field m
    wavefield u
    solve m*u.dt2 - laplace(u) = 0 for u.forward
}
