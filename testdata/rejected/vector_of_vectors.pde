operator a {
    wavefield u
    solve u.dt2 - div((grad(u), grad(u))) = 0 for u.forward  ### "a component cannot be a vector"
}
