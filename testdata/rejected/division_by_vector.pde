operator a {
    wavefield u
    solve u.dt2 - u/grad(u) = 0 for u.forward  ### "nothing can be divided by a vector"
}
