operator a {
    wavefield u
    solve u.dt2 - u.xz = 0 for u.forward  ### "u has no component xz: it is not a matrix; write .dx.dz for the derivative"
}
