# Maxwell's equations in the plane x, z with the electric field across it (Yee
# 1966), in open space: layers around the grid absorb the waves. A current acts
# half a step after the electric field of its level.
import "definitions/layers.pde"

operator maxwell_te_open "electromagnetic waves in the plane, open space" {
    order space 4, time 1
    axes x, z
    units m, s
    field     epsilon  "permittivity"            [F/m]
    field     mu       "permeability"            [H/m]
    field     sigma    "conductivity"            [S/m]  = 0
    wavefield E        "electric field along y"  [V/m]
    wavefield Hx       "magnetic field along x"  [A/m]  staggered z
    wavefield Hz       "magnetic field along z"  [A/m]  staggered x
    points    src      "current density"         [A/m^2]  at 1/2

    absorb damping(max(1/sqrt(epsilon*mu))), shift

    Hx.forward = Hx + dt/mu*E.dz
    Hz.forward = Hz - dt/mu*E.dx
    E.forward = ((epsilon - dt*sigma/2)*E + dt*(Hx.forward.dz - Hz.forward.dx))/(epsilon + dt*sigma/2)

    inject -src*dt/(epsilon + dt*sigma/2) into E.forward
    sample rec from E
}
