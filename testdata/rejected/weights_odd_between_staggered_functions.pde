operator a {
    order space 2
    wavefield u
    wavefield w staggered x
    u.forward = w.dx(weights -0.5, 0, 0.5)  ### "is taken between two points, where 3 weights do not lie evenly"
    w.forward = u.dx(weights -1, 1)
}
