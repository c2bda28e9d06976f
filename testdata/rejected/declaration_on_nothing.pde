operator a {
    wavefield u
    field m on  ### "this statement is not finished: expected the names of axes, or its axis"
    solve u.dt2 - laplace(u) = 0 for u.forward
}
