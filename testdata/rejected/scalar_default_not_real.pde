operator a {
    scalar c = log(-1)  ### "this default value is not a real number; write a number"
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
}
