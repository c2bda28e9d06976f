operator a {
    wavefield u
    let a = 1e999  ### "the number 1e999 is out of range"
    solve u.dt2 - laplace(u) = 0 for u.forward
}
