operator a {
    wavefield u
    points src at 1/3  ### "traces lie half a step off their levels or not at all"
    solve u.dt2 - laplace(u) = 0 for u.forward
    inject src*dt^2 into u.forward
}
