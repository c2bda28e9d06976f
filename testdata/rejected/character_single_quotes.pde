operator a {
    wavefield u 'pressure'  ### `unexpected character '\''; write "`
    solve u.dt2 - laplace(u) = 0 for u.forward
}
