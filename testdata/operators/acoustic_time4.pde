# Acoustic waves, of fourth order in time as well: the leading error of the
# second difference in time is taken out by the equation itself (Dablain,
# Geophysics 51, 1986).
import "definitions/layers.pde"

operator acoustic_time4 "isotropic acoustic waves, fourth order in time" {
    order space 8, time 2
    field     vp    "P velocity"        [km/s]
    field     m     "squared slowness"  [s^2/km^2]  = 1/vp^2
    field     damp  "sponge"            [ms/m^2]  = 0
    wavefield u     "pressure"

    absorb damping(max(1/sqrt(m))), shift

    solve m*u.dt2 - laplace(u) - dt^2/12*laplace(laplace(u)/m) + damp*u.dt = 0 for u.forward

    inject src*dt^2/m into u.forward
    sample rec from u
}
