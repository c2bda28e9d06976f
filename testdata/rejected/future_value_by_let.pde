operator a {
    order time 1
    wavefield u
    wavefield v
    let next = v.forward
    u.forward = next  ### "v.forward is not known here: it is a future value"
    v.forward = v
}
