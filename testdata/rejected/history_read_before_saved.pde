operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    image g
    g += us*u  ### "us is read before it is saved"
    save us from u
}
