operator a {
    order time 1
    vector wavefield v
    tensor wavefield tau
    v.forward = v + dt*div(tau)
    tau.forward = tau + dt*(grad(v) + transpose(grad(v)))
    tau.zx.forward = tau.xz  ### "tau.xz.forward is computed twice in one step"
}
