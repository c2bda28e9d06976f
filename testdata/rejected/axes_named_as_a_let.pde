let r = 2

operator a {
    axes r, z  ### "r is already declared at"
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
}
