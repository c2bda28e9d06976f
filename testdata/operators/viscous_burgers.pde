# Burgers' equation: a velocity along x that carries itself, steepens, and is
# smoothed by viscosity along all axes.
operator viscous_burgers "self-steepening flow along x" {
    order space 4, time 1
    units m, s
    scalar    nu  "kinematic viscosity"  [m^2/s]
    wavefield u   "velocity along x"     [m/s]

    solve u.dt + (u^2/2).dxc = nu*laplace(u) for u.forward

    sample rec from u
}
