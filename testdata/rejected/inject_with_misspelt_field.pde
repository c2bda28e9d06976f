operator a {
    field speed
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    inject src*sped into u.forward  ### "unknown name sped; did you mean speed?"
}
