operator a {  ### "this operator is not closed"
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
