# Acoustic waves of first order in time on a staggered grid, absorbed by
# perfectly matched layers that are written out: what absorb does by itself. a and b
# are the layers' profiles at the nodes, am and bm those between the nodes; see
# definitions/pml.pde.
import "definitions/layers.pde"
import "definitions/pml.pde"

operator acoustic_pml "acoustic waves, perfectly matched layers" {
    order space 8, time 1
    field            vp     "P velocity"                              [km/s]
    field            rho    "density"                                 [g/cm^3]
    field            kappa  "bulk modulus"                            [GPa]  = rho*vp^2
    vector field     a      "gain of the memory"                      [1]  on its axis  = gain(damping(c), shift)
    vector field     b      "decay of the memory"                     [1]  on its axis  = decay(damping(c), shift)
    vector field     am     "gain of the memory, between the nodes"   [1]  on its axis  staggered  = gain(damping(c), shift)
    vector field     bm     "decay of the memory, between the nodes"  [1]  on its axis  staggered  = decay(damping(c), shift)
    scalar           c      "speed of the fastest waves"              [km/s]  = max(sqrt(kappa/rho))
    vector wavefield phi    "memory of the pressure gradient"         [GPa/m]  staggered
    vector wavefield psi    "memory of the velocity gradient"         [1/ms]
    vector wavefield v      "particle velocity"                       [km/s]  staggered
    wavefield        p      "pressure"                                [GPa]
    points           src    "pressure rate"                           [GPa/ms]  at 1/2

    phi.forward = memory(phi, am, bm, grad(p))
    v.forward = v - dt/rho*(grad(p) + phi.forward)
    psi.forward = memory(psi, a, b, diag(grad(v.forward)))
    p.forward = p - dt*kappa*(div(v.forward) + sum(psi.forward))

    inject dt*src into p.forward
    sample rec from p
}
