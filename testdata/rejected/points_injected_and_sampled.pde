operator a {
    points rec
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    inject rec into u.forward
    sample rec from u  ### "rec is injected, so it cannot be recorded too"
}
