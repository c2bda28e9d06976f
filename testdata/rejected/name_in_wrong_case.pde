operator a {
    field Vp
    wavefield u
    solve u.dt2 - vp^2*laplace(u) = 0 for u.forward  ### "unknown name vp; did you mean Vp?"
}
