operator a {
    wavefield u
    solve u.dt2 - grad(u).xz = 0 for u.forward  ### "grad(u) has no component xz: it is a vector; write .x or .z"
}
