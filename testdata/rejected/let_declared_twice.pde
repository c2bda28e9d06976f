operator a {
    wavefield u
    let a = 1
    let a = 2  ### "a is already declared at"
    solve u.dt2 - laplace(u) = 0 for u.forward
}
