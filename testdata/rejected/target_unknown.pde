operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for w.forward  ### "unknown name w"
    sample rec from u.forward
}
