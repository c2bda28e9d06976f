operator a {
    axes x z  ### "unexpected z: expected the end of this statement; separate them with ,"
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
}
