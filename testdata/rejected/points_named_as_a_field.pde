operator a {
    field rec
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    sample rec from u  ### "rec is already declared at line 2"
}
