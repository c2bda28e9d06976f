operator a {
    order time 1
    vector wavefield v
    tensor wavefield tau
    v.forward = v + dt*div(tau)
    tau.forward = tau + dt*(grad(v) + transpose(grad(v)))
    region top = first 10 along z
    v.forward = (v.z.forward, v.x.forward) in top  ### "the update of v.x.forward reads v.z.forward, which it writes too; write one statement for each component"
}
