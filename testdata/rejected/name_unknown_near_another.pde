operator a {
    field velocity
    wavefield u
    solve u.dt2 - velocty^2*laplace(u) = 0 for u.forward  ### "unknown name velocty; did you mean velocity?"
}
