operator a {
    wavefield u
    solve u.dt2 - u.dxz = 0 for u.forward  ### "unknown suffix .dxz; write a mixed derivative as .dx.dz"
}
