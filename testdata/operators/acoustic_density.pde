# Acoustic waves where the density varies too. b is the buoyancy, one over the
# density, and m the squared slowness. The flux b*grad(u) is differentiated on
# the nodes: div(grad(u)) has twice the width of laplace(u).
operator acoustic_density "isotropic acoustic waves, variable density" {
    order space 8, time 2
    field     m     "squared slowness"  [s^2/km^2]
    field     b     "buoyancy"          [m^3/kg]
    field     damp  "sponge"            [ms/m^2]
    wavefield u     "pressure"          [Pa]

    solve b*(m*u.dt2 + damp*u.dt) - div(b*grad(u)) = 0 for u.forward

    inject src*dt^2/m into u.forward
    sample rec from u
}
