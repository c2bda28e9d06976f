operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    inject 0*src into u.forward  ### "what is injected is zero"
}
