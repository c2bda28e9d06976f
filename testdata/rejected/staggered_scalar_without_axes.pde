operator a {
    wavefield u staggered  ### "a scalar must say along which axes it is staggered; write for example staggered x"
    solve u.dt2 - laplace(u) = 0 for u.forward
}
