operator a {
    field m [s^2/km^2]
    wavefield u
    wavefield v
    solve m*u.dt2 - laplace(u) = grad(v) for u.forward  ### "the two sides are a vector and a scalar"
    solve m*v.dt2 - laplace(u.forward) = v.dx.dy for v.forward  ### "unknown suffix .dy"
    v.forward = u.forward  ### "v.forward is computed twice in one step"
    u = 3  ### "u is the current level, which is already known; write u.forward"
}
