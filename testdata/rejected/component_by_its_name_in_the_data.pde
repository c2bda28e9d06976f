operator a {
    order time 1
    vector wavefield v
    tensor wavefield tau
    tau.forward = tau + dt*(grad(v) + transpose(grad(v)))
    v.forward = v + dt*v_x*div(tau)  ### "v_x is the name of a component outside of this file; write v.x"
}
