operator a {
    wavefield u
    solve u.dt.dx - u = 0 for u.forward  ### "the equation couples u.forward at neighbouring points: that is an implicit scheme, which cannot be solved point by point"
}
