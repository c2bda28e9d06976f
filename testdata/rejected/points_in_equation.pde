operator a {
    points src
    wavefield u
    solve u.dt2 - laplace(u) - src = 0 for u.forward  ### "src stands for traces at points, not for a value on the grid"
    inject src into u.forward
}
