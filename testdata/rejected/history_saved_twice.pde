operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    save us from u
    save us from u  ### "us is saved twice"
}
