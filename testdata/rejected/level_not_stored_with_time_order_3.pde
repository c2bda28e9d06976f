operator a {
    order time 3
    wavefield u
    solve u.dt2 - u.backward.backward.backward = 0 for u.forward  ### "this reads u 3 levels back, but time order 3 stores only the current and the 2 previous levels"
}
