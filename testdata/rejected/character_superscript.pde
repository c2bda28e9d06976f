operator a {
    wavefield u
    field m [s²/km²]  ### "unexpected character '²'; write ^2"
    solve m*u.dt2 - laplace(u) = 0 for u.forward
}
