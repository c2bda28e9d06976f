# The Klein-Gordon equation: dispersive waves with a mass term. Angular
# frequencies below mu do not propagate. Without units everything is in the
# user's own.
operator klein_gordon "waves with a mass term" {
    order space 8, time 2
    field     c   "wave speed"
    field     mu  "cut-off angular frequency"
    wavefield u   "field"

    solve u.dt2 - c^2*laplace(u) + mu^2*u = 0 for u.forward

    inject src*dt^2 into u.forward
    sample rec from u
}
