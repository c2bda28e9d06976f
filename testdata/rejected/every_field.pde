operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    field k
    sample rec from u every k  ### "k is not a number of steps"
}
