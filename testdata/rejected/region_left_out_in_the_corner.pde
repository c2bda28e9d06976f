operator a {
    wavefield u  ### "u.forward is not computed at all points; add an update for what is missing: first 5 along x, first 10 along z"
    region below = all but first 10 along z
    region right = all but first 5 along x
    u.forward = u in below
    u.forward = 2*u in right
}
