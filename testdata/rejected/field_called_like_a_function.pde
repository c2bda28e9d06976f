operator a {
    field m
    wavefield u
    solve m(x)*u.dt2 - laplace(u) = 0 for u.forward  ### "m is not a function; write m alone: it stands for the value at the current point; use * to multiply"
}
