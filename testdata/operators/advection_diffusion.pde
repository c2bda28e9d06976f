# A concentration carried along x by a speed that varies, with some diffusion
# along all axes. The flux is differentiated from the left, so the speed should
# not be negative.
operator advection_diffusion "transport along x with diffusion" {
    order space 2, time 1
    units m, s
    field     speed  "speed, not negative"  [m/s]
    scalar    kappa  "diffusivity"          [m^2/s]  = 0
    wavefield c      "concentration"        [1]

    let flux = speed*c

    solve c.dt + flux.dxl(order 1) = kappa*laplace(c) for c.forward

    inject src*dt into c.forward
    sample rec from c
}
