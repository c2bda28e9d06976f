# Acoustic waves as a system of first order in time: particle velocities between
# the nodes, pressure on them (Virieux 1984).
operator acoustic_first_order "pressure and particle velocity" {
    order space 8, time 1
    units m, s
    field            kappa  "bulk modulus"       [Pa]
    field            b      "buoyancy"           [m^3/kg]
    vector wavefield v      "particle velocity"  [m/s]     staggered
    wavefield        p      "pressure"           [Pa]

    v.forward = v - dt*b*grad(p)
    p.forward = p - dt*kappa*div(v.forward)

    inject src*dt into p.forward
    sample rec from p
}
