operator a {
    field m [s*/km]  ### `unexpected "/" in unit s*/km`
    wavefield u
    solve m*u.dt2 - laplace(u) = 0 for u.forward
}
