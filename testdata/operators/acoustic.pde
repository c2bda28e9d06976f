# Isotropic acoustic wave equation of constant density, in a grid whose ends absorb.
import "definitions/layers.pde"

operator acoustic "isotropic acoustic waves, constant density" {
    order space 8, time 2
    field     vp    "P velocity"        [km/s]
    field     m     "squared slowness"  [s^2/km^2]  = 1/vp^2
    field     damp  "sponge"            [ms/m^2]  = 0
    wavefield u     "pressure"

    absorb damping(max(1/sqrt(m))), shift

    solve m*u.dt2 - laplace(u) + damp*u.dt = 0 for u.forward

    inject src*dt^2/m into u.forward
    sample rec from u
}
