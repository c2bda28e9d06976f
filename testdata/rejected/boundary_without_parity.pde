operator a {
    wavefield u
    boundary u at first x  ### "unexpected at: expected odd, even or zero"
    solve u.dt2 - laplace(u) = 0 for u.forward
}
