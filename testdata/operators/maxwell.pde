# Maxwell's equations by finite differences in time (Yee 1966): the electric
# field along the edges of the cells, the magnetic field on their faces.
operator maxwell "electromagnetic waves" {
    order space 2, time 1
    axes x, y, z
    units m, s
    field            epsilon  "permittivity"    [F/m]
    field            mu       "permeability"    [H/m]
    field            sigma    "conductivity"    [S/m]
    vector wavefield E        "electric field"  [V/m]  staggered
    vector wavefield H        "magnetic field"  [A/m]  staggered on faces

    H.forward = H - dt/mu*curl(E)
    E.forward = ((epsilon - dt*sigma/2)*E + dt*curl(H.forward))/(epsilon + dt*sigma/2)

    inject src*dt/epsilon into E.z.forward
    sample rec from E.z
}
