operator a {
    wavefield u
    let a 2  ### "unexpected 2: expected ="
    solve u.dt2 - laplace(u) = 0 for u.forward
}
