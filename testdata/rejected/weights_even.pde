operator a {
    wavefield u
    solve u.dt2 - u.dx(weights -1, 1) = 0 for u.forward  ### "2 weights have no point in their middle; give an odd number of weights, or say at 1/2 or at -1/2"
}
