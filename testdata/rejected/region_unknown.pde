operator a {
    wavefield u
    region top = first 10 along z
    u.forward = u in tpo  ### "there is no region tpo; did you mean top?"
}
