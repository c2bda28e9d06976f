# Acoustic waves with a sponge given by one profile along each axis in place of
# a full field: a row of numbers per axis, and less memory to read.
import "definitions/layers.pde"

operator acoustic_sponge "isotropic acoustic waves, sponge by profiles" {
    order space 8, time 2
    field        vp    "P velocity"        [km/s]
    field        m     "squared slowness"  [s^2/km^2]  = 1/vp^2
    vector field damp  "sponge"            [ms/m^2]  on its axis  = wall(rising(layer), layer_width)*max(sqrt(m))
    wavefield    u     "pressure"

    solve m*u.dt2 - laplace(u) + sum(damp)*u.dt = 0 for u.forward

    inject src*dt^2/m into u.forward
    sample rec from u
}
