opertor a {  ### "no statement begins with opertor; did you mean operator?"
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
}
