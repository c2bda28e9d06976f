operator a {
    wavefield u
    region top = first 10 along z
    solve u.dt2 - laplace(u) = 0 for u.forward
    u.forward = u.forward.dx in top  ### "the update reads u.forward at neighbouring points while it is written; keep what is read in a function of its own"
}
