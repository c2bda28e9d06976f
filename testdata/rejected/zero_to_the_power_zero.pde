operator a {
    wavefield u
    let a = 0^0  ### "zero to the power 0 has no value"
    solve u.dt2 - laplace(u) = 0 for u.forward
}
