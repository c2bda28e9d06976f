operator a {
    field m [s^2/km^2]
    field c [km/s]
    wavefield u
    require m > c  ### "differ in dimension"
    solve m*u.dt2 = laplace(u) for u.forward
}
