operator a {
    wavefield u
    region r = top 10 along x  ### "unexpected top: expected first, last or inner"
    solve u.dt2 - laplace(u) = 0 for u.forward
}
