operator a "waves {  ### `this text is not closed on its line`
    wavefield u
    solve u.dt2 - laplac = 0 for u.forward
}
