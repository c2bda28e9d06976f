operator a {
    wavefield u
    solve u.dt2 - div(identity*grad(u)) = 0 for u.forward  ### "a matrix cannot be multiplied by a vector; write dot(M, v)"
}
