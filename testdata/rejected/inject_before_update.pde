operator a {
    wavefield u
    inject src into u.forward  ### "u.forward is injected into before it is computed"
    solve u.dt2 - laplace(u) = 0 for u.forward
}
