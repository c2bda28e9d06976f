operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    scalar k
    sample rec from u every 2*k  ### "2*k is not a number of steps"
}
