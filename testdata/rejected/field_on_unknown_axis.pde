operator a {
    field d on y  ### "there is no axis y"
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
}
