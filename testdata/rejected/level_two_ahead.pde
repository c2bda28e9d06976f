operator a {
    wavefield u
    solve u.dt2 - u.forward.forward = 0 for u.forward  ### "this reads u 2 levels ahead of the current level"
}
