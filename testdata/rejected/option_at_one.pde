operator a {
    wavefield u
    solve u.dt2 - u.dx(at 1) = 0 for u.forward  ### "a derivative can be taken half a spacing up or down the axis only; write at 1/2 or at -1/2"
}
