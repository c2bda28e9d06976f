operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    field us
    save us from u  ### "us is already declared at line 4, and not as a history"
}
