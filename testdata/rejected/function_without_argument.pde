operator a {
    wavefield u
    solve u.dt2 - laplace = 0 for u.forward  ### "laplace needs an argument; write laplace(...)"
}
