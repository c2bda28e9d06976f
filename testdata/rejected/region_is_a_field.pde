operator a {
    wavefield u
    field top
    u.forward = u in top  ### "top is not a region"
}
