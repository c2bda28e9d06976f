operator a {
    wavefield u [Pa] "pressure"  ### `unexpected text "pressure": expected a statement or }`
    solve u.dt2 - laplace(u) = 0 for u.forward
}
