operator a {
    wavefield u
    solve u.dt2 - grad(grad(u)).x = 0 for u.forward  ### "grad(grad(u)) has no component x: it is a matrix; write .xx or the like"
}
