# Maxwell's equations by finite differences in time (Yee 1966) in open space:
# layers around the grid absorb the waves. A current along z acts half a step
# after the electric field of its level.
import "definitions/layers.pde"

operator maxwell_open "electromagnetic waves in open space" {
    order space 4, time 1
    axes x, y, z
    units m, s
    field            epsilon  "permittivity"     [F/m]
    field            mu       "permeability"     [H/m]
    field            sigma    "conductivity"     [S/m]  = 0
    vector wavefield E        "electric field"   [V/m]  staggered
    vector wavefield H        "magnetic field"   [A/m]  staggered faces
    points           src      "current density"  [A/m^2]  at 1/2

    absorb damping(max(1/sqrt(epsilon*mu))), shift

    H.forward = H - dt/mu*curl(E)
    E.forward = ((epsilon - dt*sigma/2)*E + dt*curl(H.forward))/(epsilon + dt*sigma/2)

    inject -src*dt/(epsilon + dt*sigma/2) into E.z.forward
    sample rec from E.z
}
