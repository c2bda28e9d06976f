{  ### "unexpected {: expected import, operator, let or def"
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
}
