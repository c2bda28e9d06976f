operator a {
    wavefield u [Pa]
    wavefield v [m/s]
    u.forward = v  ### "the two sides differ in dimension: [kg m^-1 s^-2] and [m s^-1]"
    v.forward = v
}
