# Two wavefields that exchange energy. What both equations share is a definition.
def wave(m, u) = m*u.dt2 - laplace(u)

operator coupled_two_modes "two coupled wave equations" {
    order space 8, time 2
    field     m1        "squared slowness of the first mode"   [s^2/km^2]
    field     m2        "squared slowness of the second mode"  [s^2/km^2]
    field     coupling  "exchange between the modes"           [1/m^2]
    wavefield u         "first mode"                           [Pa]
    wavefield v         "second mode"                          [Pa]

    solve wave(m1, u) + coupling*(u - v) = 0 for u.forward
    solve wave(m2, v) + coupling*(v - u) = 0 for v.forward

    inject src*dt^2/m1 into u.forward
    sample rec from u + v
}
