operator a {
    wavefield u
    region top = first 10 along z
    u.forward = top*u  ### "top is a region, not a value; limit a statement to it with in top"
}
