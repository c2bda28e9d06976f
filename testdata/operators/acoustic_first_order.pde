# Acoustic waves as a system of first order in time: particle velocities between
# the nodes, pressure on them (Virieux 1984).
import "definitions/layers.pde"

operator acoustic_first_order "pressure and particle velocity" {
    order space 8, time 1
    field            vp     "P velocity"         [km/s]
    field            rho    "density"            [g/cm^3]
    field            kappa  "bulk modulus"       [GPa]  = rho*vp^2
    field            b      "buoyancy"           [cm^3/g]  = 1/rho
    vector wavefield v      "particle velocity"  [km/s]  staggered
    wavefield        p      "pressure"           [GPa]
    points           src    "pressure rate"      [GPa/ms]  at 1/2

    absorb damping(max(sqrt(kappa*b))), shift

    v.forward = v - dt*b*grad(p)
    p.forward = p - dt*kappa*div(v.forward)

    inject src*dt into p.forward
    sample rec from p
}
