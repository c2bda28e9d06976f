operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    save us from grad(u)  ### "a vector cannot be saved; save one component, for example v.x"
}
