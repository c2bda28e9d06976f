operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    vector points rec  ### "a set of points has no components; declare one for each component"
    sample rec from u
}
