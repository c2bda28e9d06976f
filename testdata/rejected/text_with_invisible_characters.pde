operator a "its own \/ end" {  ### "character '\\r' within a text; texts hold letters, signs and spaces only"
    field m "fine"
    wavefield u "of ‮ right to left"  ### "character"
    solve m*u.dt2 - laplace(u) = 0 for u.forward
}
