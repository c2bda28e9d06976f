operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    inject src*grad(u) into u.forward  ### "what is injected and its target are a vector and a scalar"
}
