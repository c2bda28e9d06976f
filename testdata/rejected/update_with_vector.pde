operator a {
    wavefield u
    u.forward = grad(u)  ### "the two sides are a vector and a scalar"
}
