operator a {
    order space 32
    wavefield u
    solve u.dt2 - laplace(laplace(laplace(laplace(u)))) = 0 for u.forward  ### "this expands to more than 500000 operations"
}
