operator a {
    field c [m/s]
    wavefield u
    solve u.dt2 - 2^c*u = 0 for u.forward  ### "an exponent must be without unit; this one is in [m s^-1]"
}
