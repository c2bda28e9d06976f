operator a {
    field a = b + 1  ### "the default value of a leads back to itself"
    field b = a
    wavefield u
    solve a*b*u.dt2 - laplace(u) = 0 for u.forward
}
