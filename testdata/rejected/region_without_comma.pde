operator a {
    wavefield u
    region r = first 10 along x last 3 along z  ### "unexpected last: expected the end of this statement; separate its spans with ,"
    solve u.dt2 - laplace(u) = 0 for u.forward
}
