operator a {
    order time 1
    vector wavefield v
    tensor wavefield tau
    tau.forward = tau + dt*(grad(v) + transpose(grad(v)))
    solve div(v.dt) = 0 for v.forward  ### "an equation between scalars cannot be solved for v.forward, a vector"
}
