operator a {
    field div  ### "div is a function"
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
}
