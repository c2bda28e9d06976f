operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    sample rec from u every 0  ### "0 is not a number of steps; write a positive whole number, or the name of a scalar"
}
