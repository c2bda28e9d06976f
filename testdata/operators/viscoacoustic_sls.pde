# Viscoacoustic waves in a standard linear solid, tuned to the quality factor qp
# at the frequency f0 (Bai and others 2014); vp is the speed of the lowest
# frequencies. r is the memory of the pressure, damp a mask, 1 inside and less in
# the sponge.
import "definitions/layers.pde"
import "definitions/flux.pde"

def relaxation(q, omega) = (sqrt(1 + 1/q^2) - 1/q)/omega

operator viscoacoustic_sls "viscoacoustic waves, standard linear solid" {
    order space 8, time 2
    field     vp    "P velocity"                          [km/s]
    field     m     "squared slowness"                    [s^2/km^2]  = 1/vp^2
    field     rho   "density"                             [g/cm^3]  = 1
    field     b     "buoyancy"                            [cm^3/g]  = 1/rho
    field     qp    "quality factor"                      [1]
    field     damp  "mask of a sponge"                    [1]  = 1
    scalar    full  "rate of the sponge where damp is 0"  [ms/m^2]  = 1
    scalar    f0    "reference frequency"                 [kHz]  = peak_frequency
    wavefield r     "memory variable"
    wavefield p     "pressure"

    require qp > 0 "a quality factor"
    require b > 0 "one over the density"

    absorb damping(max(sqrt((1 + excess)/m))), shift

    let omega = 2*pi*f0
    let ts = relaxation(qp, omega)
    let excess = 1/(omega*ts)^2 - 1
    let strain = flux(b, p)/b

    r.forward = damp*(r + dt/ts*(excess*strain - r))
    p.forward = damp*(p + (m*(p - p.backward) + dt^2*((1 + excess)*strain - r.forward))/(m + dt*full*(1 - damp)))

    inject src*dt^2/m into p.forward
    sample rec from p
}
