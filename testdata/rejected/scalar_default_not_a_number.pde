operator a {
    scalar c
    scalar d = 2*c  ### "a default value cannot depend on other names; write a number"
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
}
