operator a {
    field c [m/s]
    wavefield u [Pa]
    solve u.dt2 - c*laplace(u) = 0 for u.forward  ### "the two terms differ in dimension: [1e+06 kg m^-1 s^-4] and [kg m^-2 s^-3]"
}
