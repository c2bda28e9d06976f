operator a {
    field order  ### "unexpected keyword order: expected a name; order is a keyword: choose another name"
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
}
