operator a {
    wavefield u;  ### "unexpected character ';'; write each statement on a line of its own"
    solve u.dt2 - laplace(u) = 0 for u.forward
}
