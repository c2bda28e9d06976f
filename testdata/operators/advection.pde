# A quantity carried along by a constant velocity, on a periodic grid: centred
# differences in space, leapfrog in time.
operator advection "transport by a constant velocity" {
    order space 4, time 2
    units m, s
    vector scalar speed  "velocity"       [m/s]
    wavefield     c      "concentration"  [1]

    1D periodic x
    2D periodic x, z
    3D periodic x, y, z

    c.forward = c.backward - 2*dt*dot(speed, grad(c))

    sample rec from c
}
