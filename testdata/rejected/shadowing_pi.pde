operator a {
    let pi = 3  ### "pi is the number pi"
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
}
