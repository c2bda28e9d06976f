operator a {
    wavefield u
    solve u.dt2 = 0*u for u.forward
    scalar k [ms]
    sample rec from u every k  ### "a number of steps has no unit; k is in [0.001 s]"
}
