operator a {
    order time 1
    vector wavefield v
    tensor wavefield tau
    v.forward = v + dt*div(tau)
    tau.forward = tau + dt*(grad(v) + transpose(grad(v)))
    inject src*grad(v) into tau.forward  ### "the matrix is not symmetric"
}
