operator a {
    wavefield u
    solve u.dt2 - u.dx0 = 0 for u.forward  ### "unknown suffix .dx0; did you mean dx?"
}
