operator a {
    wavefield u
    solve u.dt2 - laplace(u) for u.forward  ### "unexpected keyword for: expected ="
}
