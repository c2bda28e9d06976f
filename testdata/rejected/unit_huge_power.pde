operator a {
    field m [s^99]  ### "unit s^99: expected a small integer power"
    wavefield u
    solve m*u.dt2 - laplace(u) = 0 for u.forward
}
