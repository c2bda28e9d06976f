operator a {
    field c [m/s]
    field q [1]
    wavefield u
    solve u.dt2 - c^q*u = 0 for u.forward  ### "a power that varies needs a base without unit; this one is in [m s^-1]"
}
