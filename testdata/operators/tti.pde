# Waves in a medium whose symmetry axis is tilted by theta from the vertical,
# and turned by phi in 3D: two coupled wavefields of second order (Zhang, Zhang
# and Zhang, Geophysics 76, 2011). The derivative along the axis has half the
# order; it is taken half a point up, and applied again half a point down.
import "definitions/layers.pde"

2D def along(a, theta) = sin(theta)*a.dx(order space/2, at 1/2)
    + cos(theta)*a.dz(order space/2, at 1/2)
2D def again(a, theta) = (sin(theta)*a).dx(order space/2, at -1/2)
    + (cos(theta)*a).dz(order space/2, at -1/2)
3D def along(a, theta, phi) = sin(theta)*cos(phi)*a.dx(order space/2, at 1/2)
    + sin(theta)*sin(phi)*a.dy(order space/2, at 1/2)
    + cos(theta)*a.dz(order space/2, at 1/2)
3D def again(a, theta, phi) = (sin(theta)*cos(phi)*a).dx(order space/2, at -1/2)
    + (sin(theta)*sin(phi)*a).dy(order space/2, at -1/2)
    + (cos(theta)*a).dz(order space/2, at -1/2)

operator tti "acoustic waves in a tilted transversely isotropic medium" {
    order space 8, time 2
    field     vp       "P velocity along the axis"        [km/s]
    field     m        "squared slowness along the axis"  [s^2/km^2]  = 1/vp^2
    field     damp     "sponge"                           [ms/m^2]  = 0
    field     epsilon  "Thomsen's epsilon"                [1]
    field     delta    "Thomsen's delta"                  [1]
    field     theta    "tilt of the axis"                 [rad]
    3D field  phi      "azimuth of the axis"              [rad]
    wavefield u        "horizontal stress"
    wavefield v        "vertical stress"

    require epsilon >= delta "otherwise short waves grow without bound"
    require 1 + 2*delta >= 0 "its root is taken"

    absorb damping(max(sqrt((1 + 2*epsilon)/m))), shift, 0.05

    2D def axial(a) = again(along(a, theta), theta)
    3D def axial(a) = again(along(a, theta, phi), theta, phi)

    let planar = laplace(u) - axial(u)

    solve m*u.dt2 - (1 + 2*epsilon)*planar - sqrt(1 + 2*delta)*axial(v) + damp*u.dt = 0 for u.forward
    solve m*v.dt2 - sqrt(1 + 2*delta)*planar - axial(v) + damp*v.dt = 0 for v.forward

    inject src*dt^2/m into u.forward
    inject src*dt^2/m into v.forward
    sample rec from u + v
}
