# Shallow water: the surface elevation eta over water of depth h, and the
# discharges M along the axes, conserved forms with bottom friction (Manning's
# roughness). The grid is staggered.
operator shallow_water "long waves on water" {
    order space 4, time 1
    units m, s
    scalar           g      "gravity"             [m/s^2]      = 9.81
    scalar           rough  "Manning's roughness" [s^2/m]      = 0
    field            h      "depth at rest"       [m]
    wavefield        eta    "surface elevation"   [m]
    vector wavefield M      "discharge"           [m^2/s]      staggered

    let D = eta + h

    M.forward = M - dt*(g*D*grad(eta) + div(outer(M, M)/D)) - dt*g*rough*sqrt(dot(M, M))/D^2*M
    eta.forward = eta - dt*div(M.forward)

    sample gauge from eta
}
