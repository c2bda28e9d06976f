operator a {
    points src
    wavefield u
    def s() = src*dt^2  ### "src stands for traces at points, not for a value on the grid"
    solve u.dt2 - laplace(u) = 0 for u.forward
    inject src*s() into u.forward
}
