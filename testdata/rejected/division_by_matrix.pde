operator a {
    wavefield u
    solve u.dt2 - u/identity = 0 for u.forward  ### "nothing can be divided by a matrix"
}
