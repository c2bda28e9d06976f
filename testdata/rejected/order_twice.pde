operator a {
    order space 4, time 2
    order space 8  ### "order space is given twice"
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
}
