operator a {
    order time 1
    vector wavefield v
    tensor wavefield tau
    v.forward = v + dt*div(tau)
    tau.forward = tau + dt*grad(v)  ### "the matrix is not symmetric: its components xz and zx differ; (M + transpose(M))/2 is symmetric"
}
