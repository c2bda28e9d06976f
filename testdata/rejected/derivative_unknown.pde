operator a {
    wavefield u
    solve u.dt2 - u.dq = 0 for u.forward  ### "unknown suffix .dq; did you mean dx?"
}
