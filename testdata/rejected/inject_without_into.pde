operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    inject src u.forward  ### "unexpected u: expected into; write * to multiply, or into before the target"
}
