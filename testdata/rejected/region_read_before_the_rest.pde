operator a {
    wavefield u
    wavefield w
    region top = first 10 along z
    region rest = all but first 10 along z
    u.forward = u in top
    w.forward = u.forward  ### "u.forward is not known at all points here; put the statements for the rest of the grid first: all but first 10 along z"
    u.forward = 2*u in rest
}
