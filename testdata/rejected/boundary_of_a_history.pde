operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    history us
    save us from u
    boundary us odd at first z  ### "us has no values beyond the grid"
}
