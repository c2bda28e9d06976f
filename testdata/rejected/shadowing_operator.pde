operator a {
    field div  ### "div is a differential operator"
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
}
