operator a {
    points src [kg]
    field m [s^2/m^2]
    units m, s
    wavefield u [Pa]
    solve m*u.dt2 - laplace(u) = 0 for u.forward
    inject src into u.forward  ### "what is injected and its target differ in dimension: [kg m^-1 s^-2] and [kg]"
}
