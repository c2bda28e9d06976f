# Maxwell's equations in the plane x, z with the electric field across it (Yee
# 1966).
operator maxwell_te "electromagnetic waves in the plane" {
    order space 2, time 1
    axes x, z
    units m, s
    field     epsilon  "permittivity"               [F/m]
    field     mu       "permeability"               [H/m]
    field     sigma    "conductivity"               [S/m]
    wavefield E        "electric field along y"     [V/m]
    wavefield Hx       "magnetic field along x"     [A/m]  staggered along z
    wavefield Hz       "magnetic field along z"     [A/m]  staggered along x

    Hx.forward = Hx + dt/mu*E.dz
    Hz.forward = Hz - dt/mu*E.dx
    E.forward = ((epsilon - dt*sigma/2)*E + dt*(Hx.forward.dz - Hz.forward.dx))/(epsilon + dt*sigma/2)

    inject src*dt/epsilon into E.forward
    sample rec from E
}
