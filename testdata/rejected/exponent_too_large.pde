operator a {
    wavefield u
    solve u.dt2 - u^100 = 0 for u.forward  ### "the exponent 100 is too large"
}
