operator a {
    order time 1
    vector wavefield v
    tensor wavefield tau
    v.forward = v + dt*div(tau)
    tau.forward = tau + dt*(grad(v) + transpose(grad(v)))
    boundary v.xz odd at first z  ### "v has no component xz; its components are x z"
}
