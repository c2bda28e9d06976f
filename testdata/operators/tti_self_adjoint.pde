# Waves in a tilted medium in the self-adjoint form of Bube, Washbourne, Ergas
# and Nemeth (2016): p and q are coupled through eta alone, all derivatives
# stand in pairs that are each other's transposes, and the energy of the
# continuous system cannot grow. b is the buoyancy, f the weight of the energy
# between the wavefields, eta the anellipticity.
import "definitions/layers.pde"
import "definitions/flux.pde"

2D def along(a, theta) = sin(theta)*a.dx(at 1/2) + cos(theta)*a.dz(at 1/2)
2D def again(a, theta) = (sin(theta)*a).dx(at -1/2) + (cos(theta)*a).dz(at -1/2)
3D def along(a, theta, phi) = sin(theta)*cos(phi)*a.dx(at 1/2)
    + sin(theta)*sin(phi)*a.dy(at 1/2)
    + cos(theta)*a.dz(at 1/2)
3D def again(a, theta, phi) = (sin(theta)*cos(phi)*a).dx(at -1/2)
    + (sin(theta)*sin(phi)*a).dy(at -1/2)
    + (cos(theta)*a).dz(at -1/2)

operator tti_self_adjoint "waves in a tilted medium, self-adjoint form" {
    order space 8, time 2
    field     vp       "velocity along the axis"         [km/s]
    field     rho      "density"                         [g/cm^3]  = 1
    field     b        "buoyancy"                        [cm^3/g]  = 1/rho
    field     epsilon  "Thomsen's epsilon"               [1]
    field     eta      "anellipticity"                   [1]
    field     f        "energy weight, between 0 and 1"  [1]
    field     damp     "sponge"                          [1/ms]  = 0
    field     theta    "tilt of the axis"                [rad]
    3D field  phi      "azimuth of the axis"             [rad]
    wavefield p        "first wavefield"
    wavefield q        "second wavefield"

    require eta^2 <= 1 "otherwise the energy is not positive"
    require f >= 0 "a weight"
    require f <= 1 "a weight"

    absorb damping(max(vp*sqrt(1 + 2*epsilon))), shift, 0.05

    let coupling = f*eta^2
    let cross = f*eta*sqrt(1 - eta^2)

    # The flux along the axis of a weighted wavefield, and what is left of the whole.
    2D def axial(w, a) = again(w*along(a, theta), theta)
    3D def axial(w, a) = again(w*along(a, theta, phi), theta, phi)
    def planar(w, a) = flux(w, a) - axial(w, a)

    let gp = planar(b*(1 + 2*epsilon), p) + axial(b*(1 - coupling), p) + axial(b*cross, q)
    let gq = planar(b*(1 - f), q) + axial(b*cross, p) + axial(b*(1 - f + coupling), q)

    solve b/vp^2*(p.dt2 + damp*p.dt) - gp = 0 for p.forward
    solve b/vp^2*(q.dt2 + damp*q.dt) - gq = 0 for q.forward

    inject src*dt^2*vp^2/b into p.forward
    inject src*dt^2*vp^2/b into q.forward
    sample rec from p
}
