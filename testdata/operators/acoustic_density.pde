# Acoustic waves where the density varies too. b is the buoyancy, one over the
# density, and m the squared slowness. The flux b*grad(u) is differentiated on
# the nodes: div(grad(u)) has twice the width of laplace(u).
import "definitions/layers.pde"

operator acoustic_density "isotropic acoustic waves, variable density" {
    order space 8, time 2
    field     vp    "P velocity"        [km/s]
    field     m     "squared slowness"  [s^2/km^2]  = 1/vp^2
    field     rho   "density"           [g/cm^3]
    field     b     "buoyancy"          [cm^3/g]  = 1/rho
    field     damp  "sponge"            [ms/m^2]  = 0
    wavefield u     "pressure"          [GPa]

    absorb damping(max(1/sqrt(m))), shift

    solve b*(m*u.dt2 + damp*u.dt) - div(b*grad(u)) = 0 for u.forward

    inject src*dt^2/m into u.forward
    sample rec from u
}
