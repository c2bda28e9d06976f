operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    field m on x
    boundary m even at first z  ### "m does not depend on z"
}
