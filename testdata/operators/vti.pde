# Waves in a medium with a vertical symmetry axis, as two coupled wavefields of
# second order (Duveneck and others 2008): like tti.pde without the tilt.
import "definitions/layers.pde"

operator vti "acoustic waves in a vertically transversely isotropic medium" {
    order space 8, time 2
    field     vp       "P velocity along the axis"        [km/s]
    field     m        "squared slowness along the axis"  [s^2/km^2]  = 1/vp^2
    field     damp     "sponge"                           [ms/m^2]  = 0
    field     epsilon  "Thomsen's epsilon"                [1]
    field     delta    "Thomsen's delta"                  [1]
    wavefield u        "horizontal stress"
    wavefield v        "vertical stress"

    require epsilon >= delta "otherwise short waves grow without bound"
    require 1 + 2*delta >= 0 "its root is taken"

    absorb damping(max(sqrt((1 + 2*epsilon)/m))), shift

    2D let planar = u.dx2
    3D let planar = u.dx2 + u.dy2

    solve m*u.dt2 - (1 + 2*epsilon)*planar - sqrt(1 + 2*delta)*v.dz2 + damp*u.dt = 0 for u.forward
    solve m*v.dt2 - sqrt(1 + 2*delta)*planar - v.dz2 + damp*v.dt = 0 for v.forward

    inject src*dt^2/m into u.forward
    inject src*dt^2/m into v.forward
    sample rec from u + v
}
