operator a {
    field c [m/s]
    wavefield u [Pa]
    solve u.dt2 - c^2*laplace(u) = 0 for u.forward  ### "the two terms differ by the factor 1e+06: [1e+06 kg m^-1 s^-4] and [kg m^-1 s^-4]"
}
