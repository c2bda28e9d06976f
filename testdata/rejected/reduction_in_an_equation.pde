operator a {
    field m
    wavefield u
    solve max(m)*u.dt2 - laplace(u) = 0 for u.forward  ### "max(...) of all points is known to default values and absorb only; declare a field"
}
