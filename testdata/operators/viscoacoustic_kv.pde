# Viscoacoustic waves in a Kelvin-Voigt solid with the quality factor qp at the
# frequency f0 (Ren and others 2014): the strain rate is taken one level back.
import "definitions/flux.pde"

operator viscoacoustic_kv "viscoacoustic waves, Kelvin-Voigt solid" {
    order space 8, time 2
    field     m     "squared slowness"
    field     b     "buoyancy"
    field     qp    "quality factor"
    field     damp  "mask of the sponge"
    scalar    f0    "reference frequency"
    wavefield p     "pressure"

    require qp > 0 "a quality factor"
    require b > 0 "one over the density"

    let lag = 1/(2*pi*f0*qp)

    solve m*p.dt2 - (flux(b, p) + lag*flux(b, p.dtl(order 1)))/b + (1 - damp)*p.dt = 0 for p.forward

    inject src*dt^2/m into p.forward
    sample rec from p
}
