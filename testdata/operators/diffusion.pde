# Diffusion of heat: forward Euler in time, so dt must stay below h^2/(2 d kappa)
# on a grid with d axes.
operator diffusion "diffusion with a diffusivity that varies in space" {
    order space 4, time 1
    units m, s
    field     kappa  "diffusivity"  [m^2/s]
    wavefield u      "temperature"  [K]

    require kappa >= 0 "heat flows from warm to cold"

    solve u.dt = div(kappa*grad(u)) for u.forward

    inject src*dt into u.forward
    sample rec from u
}
