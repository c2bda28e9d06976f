operator a {
    wavefield u
    solve u.dt2 - u.dt2 + u = 0 for u.forward  ### "u.forward does not occur in the discretised equation"
}
