operator a {
    units m, s
    units m, ms  ### "units is given twice"
    field m [s^2/m^2]
    wavefield u
    solve m*u.dt2 - laplace(u) = 0 for u.forward
}
