operator a {
    order time 1
    vector wavefield v
    tensor wavefield tau
    tau.forward = tau + dt*(grad(v) + transpose(grad(v)))
    v.forward.x = 0  ### "the target must be the next level of a wavefield; write .x before .forward"
    v.forward = v
}
