operator a {
    wavefield u
    field m
    solve m×u.dt2 - laplace(u) = 0 for u.forward  ### "unexpected character '×'; write *"
}
