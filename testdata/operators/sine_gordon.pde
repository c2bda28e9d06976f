# The sine-Gordon equation, a nonlinear wave equation with solitons: it is
# nonlinear in the current level only, so that it can still be solved for the
# next one.
operator sine_gordon "nonlinear waves with solitons" {
    order space 8, time 2
    wavefield u  "field"

    solve u.dt2 - laplace(u) + sin(u) = 0 for u.forward

    sample rec from u
}
