operator a {
    wavefield u
    solve u.dt2 - u.dx(weights -1, 1) = 0 for u.forward  ### "u.dx(weights -1, 1) is taken about a point, where 2 weights do not lie evenly; give an odd number of weights about a point"
}
