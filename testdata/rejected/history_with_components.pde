operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    vector history us  ### "a history has no components; declare one for each component"
    save us from u
}
