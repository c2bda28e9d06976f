operator a {
    vector field k
    wavefield u
    require k >= 0*k  ### "a condition holds for numbers, not for vectors"
    solve u.dt2 = k.x*laplace(u) for u.forward
}
