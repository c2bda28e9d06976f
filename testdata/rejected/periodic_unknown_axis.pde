operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    periodic y  ### "there is no axis y"
}
