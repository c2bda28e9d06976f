operator a {
    wavefield u
    u.forward = 2*u.forward  ### "u.forward is used in its own update; write solve EQUATION for u.forward"
}
