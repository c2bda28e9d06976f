operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    field m on its axis  ### "only a vector has components with an axis each; name the axes"
}
