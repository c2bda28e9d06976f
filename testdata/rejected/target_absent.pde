operator a {
    wavefield u
    solve laplace(u) - u = 0 for u.forward  ### "u.forward does not occur in the discretised equation"
}
