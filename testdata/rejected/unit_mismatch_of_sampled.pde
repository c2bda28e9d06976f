operator a {
    points rec [kg]
    field m [s^2/m^2]
    units m, s
    wavefield u [Pa]
    solve m*u.dt2 - laplace(u) = 0 for u.forward
    sample rec from u  ### "what is sampled and the points differ in dimension: [kg] and [kg m^-1 s^-2]"
}
