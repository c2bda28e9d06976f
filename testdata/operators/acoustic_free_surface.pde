# Acoustic waves below a free surface at the first node in depth: the pressure
# vanishes there and continues above with its sign changed.
import "definitions/layers.pde"

operator acoustic_free_surface "isotropic acoustic waves below a free surface" {
    order space 8, time 2
    field     vp    "P velocity"        [km/s]
    field     m     "squared slowness"  [s^2/km^2]  = 1/vp^2
    field     damp  "sponge"            [ms/m^2]  = 0
    wavefield u     "pressure"

    1D boundary u odd at first x
    2D boundary u odd at first z
    3D boundary u odd at first z

    absorb damping(max(1/sqrt(m))), shift

    solve m*u.dt2 - laplace(u) + damp*u.dt = 0 for u.forward

    inject src*dt^2/m into u.forward
    sample rec from u
}
