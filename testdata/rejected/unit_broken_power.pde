operator a {
    field m [s^0.5]  ### `unexpected "." in unit s^0.5: join units with * and /`
    wavefield u
    solve m*u.dt2 - laplace(u) = 0 for u.forward
}
