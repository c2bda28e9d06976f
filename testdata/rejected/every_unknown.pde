operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    scalar skip
    sample rec from u every skpi  ### "unknown name skpi; did you mean skip?"
}
