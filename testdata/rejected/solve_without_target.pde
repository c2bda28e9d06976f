operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0  ### "this statement is not finished: expected for"
}
