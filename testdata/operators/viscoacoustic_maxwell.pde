# Viscoacoustic waves in a Maxwell solid with the quality factor qp at the
# frequency f0 (Deng and McMechan 2007): the rate is taken one level back.
import "definitions/layers.pde"
import "definitions/flux.pde"

operator viscoacoustic_maxwell "viscoacoustic waves, Maxwell solid" {
    order space 8, time 2
    field     vp    "P velocity"                          [km/s]
    field     m     "squared slowness"                    [s^2/km^2]  = 1/vp^2
    field     rho   "density"                             [g/cm^3]  = 1
    field     b     "buoyancy"                            [cm^3/g]  = 1/rho
    field     qp    "quality factor"                      [1]
    field     damp  "mask of a sponge"                    [1]  = 1
    scalar    full  "rate of the sponge where damp is 0"  [ms/m^2]  = 1
    scalar    f0    "reference frequency"                 [kHz]  = peak_frequency
    wavefield p     "pressure"

    require qp > 0 "a quality factor"
    require b > 0 "one over the density"

    absorb damping(max(1/sqrt(m))), shift

    let loss = 2*pi*f0/qp

    solve m*p.dt2 + m*loss*p.dtl(order 1) - flux(b, p)/b + full*(1 - damp)*p.dt = 0 for p.forward

    inject src*dt^2/m into p.forward
    sample rec from p
}
