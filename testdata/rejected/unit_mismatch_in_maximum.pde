operator a {
    field c [m/s]
    field d [kg]
    wavefield u
    solve u.dt2 - max(c, d)*u = 0 for u.forward  ### "the two arguments differ in dimension: [m s^-1] and [kg]"
}
