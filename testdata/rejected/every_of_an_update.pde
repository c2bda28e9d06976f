operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward every 2  ### "every does not belong here; remove it: a wavefield is computed in every step"
}
