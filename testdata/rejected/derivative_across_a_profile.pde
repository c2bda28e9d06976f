operator a {
    field d on x
    wavefield u
    solve u.dt2 - d.dz*u = 0 for u.forward  ### "d does not vary in z"
}
