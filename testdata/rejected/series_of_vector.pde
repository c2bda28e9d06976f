operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    reduce e from sum(grad(u))  ### "a vector cannot be reduced to one number; write dot(v, v)"
}
