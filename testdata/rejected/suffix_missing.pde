operator a {
    wavefield u
    solve u. = 0 for u.forward  ### "unexpected = after the dot: expected a derivative such as dt2 or dx, forward, backward, or a component"
}
