operator a {
    wavefield u
    solve u.dt2 - u.dx(at half) = 0 for u.forward  ### "half is not a number, such as 1/2"
}
