operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    history us every 4
    save us from u every 4  ### "history us has a rhythm already; say it where the history is declared"
}
