operator a {
    wavefield u
    region top = first 10 along z
    u.forward = u in top
    u.forward = 2*u  ### "u.forward is computed twice in one step; combine the two updates, or limit this one with in REGION"
}
