operator a {
    order space 8 time 2  ### "unexpected time: expected the end of this statement; separate them with ,"
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
}
