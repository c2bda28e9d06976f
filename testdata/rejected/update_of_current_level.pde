operator a {
    wavefield u
    u = 2*u  ### "u is the current level, which is already known; write u.forward"
}
