operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    inject src*stretch into u.forward  ### "unknown name src" "unknown name stretch"
}
