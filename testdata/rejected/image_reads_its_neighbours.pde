operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    image g
    g += laplace(g)*u  ### "the update reads g at neighbouring points while it is written"
}
