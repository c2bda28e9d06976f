operator a {
    wavefield u
    solve u.dt2 - u.x = 0 for u.forward  ### "u has no component x: it is not a vector; write dx for the derivative"
}
