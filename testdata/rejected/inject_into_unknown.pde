operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    inject src into w.forward  ### "unknown name w"
}
