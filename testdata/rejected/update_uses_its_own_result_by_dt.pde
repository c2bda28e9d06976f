operator a {
    wavefield u
    u.forward = u + dt*u.dt  ### "u.forward is used in its own update; write solve EQUATION for u.forward"
}
