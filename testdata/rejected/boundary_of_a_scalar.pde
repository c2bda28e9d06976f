operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    scalar c
    boundary c odd at first z  ### "c has no values beyond the grid; name a wavefield, an image or a field"
}
