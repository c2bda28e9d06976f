operator a {
    order time 1
    vector wavefield v
    tensor wavefield tau
    v.forward = v + dt*div(tau)
    tau.xz = tau.xz  ### "tau.xz is the current level, which is already known; write tau.xz.forward"
    tau.forward = tau
}
