operator a {
    wavefield u
    solve u.dt2 - u**2 = 0 for u.forward  ### "unexpected **: powers are written ^"
}
