operator a {
    wavefield u harmonic  ### "a wavefield is never brought to other places by its harmonic mean: only a field is"
    solve u.dt2 - laplace(u) = 0 for u.forward
}
