operator a {
    field vp [km/s]
    field m [s^2/km^2] = 1/vp  ### "the default value is in [0.001 m^-1 s], but m is in [1e-06 m^-2 s^2]"
    wavefield u
    solve m*u.dt2 - laplace(u) = 0 for u.forward
}
