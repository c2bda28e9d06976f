operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    inject src*laplace(u.forward) into u.forward ### "the amount at a node may not depend on u.forward at other nodes"
}
