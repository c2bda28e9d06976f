operator x {
    wavefield w  staggered x
    # Both operand and result are asked for on the nodes, wherever w lies.
    w.forward = at(at(w).dx(weights -1, 1))  ### "is taken about a point, where 2 weights do not lie evenly"
}
