operator a {
    order time 1
    vector wavefield v
    tensor wavefield tau
    v.forward = v + dt*div(tau)
    tau.forward = tau + dt*(grad(v) + transpose(grad(v)))
    boundary v_x odd at first z  ### "v_x is the name of a component outside of this file; write v.x"
}
