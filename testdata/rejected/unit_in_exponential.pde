operator a {
    field c [m/s]
    wavefield u
    solve u.dt2 - exp(c)*u = 0 for u.forward  ### "exp needs a number without unit, not one in [m s^-1]"
}
