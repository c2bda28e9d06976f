operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    field trace  ### "trace is a function"
}
