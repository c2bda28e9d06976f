operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    inject src into u.forward
    sample rec from src  ### "src stands for traces at points, not for a value on the grid"
}
