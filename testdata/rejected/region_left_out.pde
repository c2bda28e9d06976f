operator a {
    wavefield u  ### "u.forward is not computed at all points; add an update for what is missing: all but first 10 along z"
    region top = first 10 along z
    u.forward = u in top
}
