operator a {
    wavefield u
    scalar n
    solve u.dt2 - u.dx(order n) = 0 for u.forward  ### "n is not a number, or a part of space"
}
