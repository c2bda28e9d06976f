operator a {
    wavefield u
    let a = (2^64)^64  ### "a number in this expression is out of range"
    solve u.dt2 - laplace(u) = 0 for u.forward
}
