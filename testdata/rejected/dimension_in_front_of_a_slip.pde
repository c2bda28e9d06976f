operator a {
    wavefield u
    2D feild m  ### "no statement begins with feild; did you mean field?"
    solve u.dt2 - laplace(u) = 0 for u.forward
}
