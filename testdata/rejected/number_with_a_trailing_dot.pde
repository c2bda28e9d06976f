operator a {
    wavefield u
    let a = 2.  ### "unexpected .: expected digits behind the decimal point"
    solve u.dt2 - laplace(u) = 0 for u.forward
}
