operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    sample 2*rec from u  ### "unexpected 2: expected a name"
}
