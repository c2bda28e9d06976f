operator a {
    wavefield u
    solve u.dt2 - grad(u)^2 = 0 for u.forward  ### "a vector cannot be raised to a power, nor be an exponent; raise a component"
}
