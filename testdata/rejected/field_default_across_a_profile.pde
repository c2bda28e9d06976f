operator a {
    field c
    field m on z = 2*c  ### "c varies along x, on which m does not depend"
    wavefield u
    solve m*u.dt2 - laplace(u) = 0 for u.forward
}
