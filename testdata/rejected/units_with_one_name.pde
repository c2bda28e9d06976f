operator a {
    units m  ### "this statement is not finished: expected ,"
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
}
