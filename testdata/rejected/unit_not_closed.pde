operator a {
    wavefield u [Pa  ### "this bracket is not closed on its line: expected a unit such as [s^2/km^2]"
    solve u.dt2 - laplace(u) = 0 for u.forward
}
