operator a {
    wavefield u
    def twice(p) = 2*p
    solve u.dt2 - twice = 0 for u.forward  ### "twice is a def and needs arguments; write twice(p)"
}
