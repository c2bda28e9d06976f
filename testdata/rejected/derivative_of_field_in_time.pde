operator a {
    field m
    wavefield u
    solve u.dt2 - m.dt = 0 for u.forward  ### "m does not vary in time"
}
