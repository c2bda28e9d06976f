operator a {
    points receivers  ### "points receivers are never used; recievers at line 5 is another set of points: did you mean receivers there?"
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    sample recievers from u
}
