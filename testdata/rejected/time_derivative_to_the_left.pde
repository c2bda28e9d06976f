operator a {
    wavefield u
    solve u.dt2 - u.dtl = 0 for u.forward  ### "this reads u 2 levels back, but time order 2 stores only the current and the previous level"
}
