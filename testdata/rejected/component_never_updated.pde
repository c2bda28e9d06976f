operator a {
    order time 1
    vector wavefield v  ### "wavefield v.z is never updated"
    v.x.forward = v.x
}
