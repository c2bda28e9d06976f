operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 in u.forward  ### "unexpected keyword in: expected for"
}
