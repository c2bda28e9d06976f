# Isotropic acoustic wave equation of constant density with an absorbing sponge.
operator acoustic "isotropic acoustic waves, constant density" {
    order space 8, time 2
    field     m     "squared slowness"  [s^2/km^2]
    field     damp  "sponge"            [ms/m^2]
    wavefield u     "pressure"

    solve m*u.dt2 - laplace(u) + damp*u.dt = 0 for u.forward

    inject src*dt^2/m into u.forward
    sample rec from u
}
