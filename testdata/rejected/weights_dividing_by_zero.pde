operator a {
    wavefield u
    solve u.dt2 - u.dx(weights 1/0, 0, 1/2) = 0 for u.forward  ### "1/0 is not a number, such as 1/2"
}
