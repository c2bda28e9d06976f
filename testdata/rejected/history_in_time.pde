operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    history us
    image g
    g += (us*u).backward  ### "us is known at the current step only"
}
