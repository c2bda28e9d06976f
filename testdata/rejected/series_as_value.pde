operator a {
    wavefield u
    reduce e from sum(u)
    u.forward = e*u  ### "e is one number a step, which cannot be read"
}
