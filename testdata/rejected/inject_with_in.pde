operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    inject src in u.forward  ### "unexpected keyword in: expected into"
}
