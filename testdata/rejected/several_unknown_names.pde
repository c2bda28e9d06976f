operator a {
    field m
    wavefield u
    solve mm*u.dt2 - laplac(u) + dump*u.dt = 0 for u.forward  ### "unknown name mm" "unknown name laplac; did you mean laplace?" "unknown name dump"
    sample rec from w  ### "unknown name w"
}
