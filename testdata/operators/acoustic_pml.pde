# Acoustic waves of first order in time on a staggered grid, absorbed by
# perfectly matched layers. a and b are the layers' profiles at the nodes, am and
# bm those between the nodes; see definitions/pml.pde.
import "definitions/pml.pde"

operator acoustic_pml "acoustic waves, perfectly matched layers" {
    order space 8, time 1
    field            kappa  "bulk modulus"
    field            rho    "density"
    vector field     a      "gain of the memory"                     on its axis
    vector field     b      "decay of the memory"                    on its axis
    vector field     am     "gain of the memory, between the nodes"  on its axis  staggered
    vector field     bm     "decay of the memory, between the nodes" on its axis  staggered
    vector wavefield phi    "memory of the pressure gradient"        staggered
    vector wavefield psi    "memory of the velocity gradient"
    vector wavefield v      "particle velocity"                      staggered
    wavefield        p      "pressure"

    phi.forward = memory(phi, am, bm, grad(p))
    v.forward = v - dt/rho*(grad(p) + phi.forward)
    psi.forward = memory(psi, a, b, diag(grad(v.forward)))
    p.forward = p - dt*kappa*(div(v.forward) + sum(psi.forward))

    inject dt*src into p.forward
    sample rec from p
}
