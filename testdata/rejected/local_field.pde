operator a {
    field m local  ### "a field is not computed step by step: only a wavefield is"
    wavefield u
    solve m*u.dt2 - laplace(u) = 0 for u.forward
}
