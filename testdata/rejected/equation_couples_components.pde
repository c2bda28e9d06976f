operator a {
    order time 1
    vector wavefield v
    tensor wavefield tau
    tau.forward = tau + dt*(grad(v) + transpose(grad(v)))
    solve v.dt = div(tau) + (v.z.forward, v.x.forward) for v.forward  ### "the equation for v.x.forward holds v.z.forward, which the statement computes too; solve for one component after the other"
}
