operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    region r = first 10 along y  ### "there is no axis y"
}
