operator a {
    order time 1
    vector wavefield v
    tensor wavefield tau
    tau.forward = tau + dt*(grad(v) + transpose(grad(v)))
    solve v.dt = laplace(v.forward) for v.forward  ### "the equation couples v.x.forward at neighbouring points: that is an implicit scheme"
}
