operator a {
    order time 1
    vector wavefield v
    tensor wavefield tau
    v.forward = v + dt*div(tau)
    solve tau.dt = grad(v) for tau.forward  ### "the matrix is not symmetric: its components xz and zx differ"
}
