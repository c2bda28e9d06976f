operator a {
    order time 1
    wavefield u
    wavefield v
    u.forward = v.forward + u  ### "v.forward is not known here: it is a future value"
    v.forward = v
}
