operator a {
    wavefield u
    solve grad(u) = 0 for u.forward  ### "an equation between vectors cannot be solved for u.forward, a scalar; the target and both sides must be of one kind"
}
