operator a {
    field m []  ### "empty unit: write [1] for a number without one"
    wavefield u
    solve m*u.dt2 - laplace(u) = 0 for u.forward
}
