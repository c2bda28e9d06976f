operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    vector field m on its axis staggered faces  ### "m cannot be staggered along z, on which it does not depend"
}
