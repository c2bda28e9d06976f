# Acoustic waves as a system of first order in time, in the plane: the particle
# velocities, then the pressure from their new values. Forward differences of
# the pressure and backward ones of the velocities stand for a staggered grid.
operator acoustic_first_order "pressure and velocity, in the plane" {
    order space 2, time 1
    axes x, z
    units m, s
    field     kappa  "bulk modulus"      [Pa]
    field     b      "buoyancy"          [m^3/kg]
    wavefield vx     "velocity along x"  [m/s]
    wavefield vz     "velocity along z"  [m/s]
    wavefield p      "pressure"          [Pa]

    vx.forward = vx - dt*b*p.dx(order 1)
    vz.forward = vz - dt*b*p.dz(order 1)
    p.forward = p - dt*kappa*(vx.forward.dxl(order 1) + vz.forward.dzl(order 1))

    inject src*dt into p.forward
    sample rec from p
}
