# Two substances that react and diffuse and form patterns (Pearson 1993), on a
# periodic grid.
operator gray_scott "reaction and diffusion" {
    order space 2, time 1
    scalar    du  "diffusivity of u"  = 2e-5
    scalar    dv  "diffusivity of v"  = 1e-5
    scalar    F   "feed rate"         = 0.04
    scalar    k   "kill rate"         = 0.06
    wavefield u   "first substance"
    wavefield v   "second substance"

    1D periodic x
    2D periodic x, z
    3D periodic x, y, z

    let reaction = u*v^2

    solve u.dt = du*laplace(u) - reaction + F*(1 - u) for u.forward
    solve v.dt = dv*laplace(v) + reaction - (F + k)*v for v.forward

    sample rec from v
    reduce total from sum(v)
}
