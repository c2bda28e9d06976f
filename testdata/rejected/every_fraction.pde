operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    sample rec from u every 2.5  ### "2.5 is not a number of steps"
}
