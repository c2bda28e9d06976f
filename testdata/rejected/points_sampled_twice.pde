operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    sample rec from u
    sample rec from u.dx  ### "rec is sampled twice"
}
