operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    history us every 0  ### "0 is not a number of steps"
    save us from u
}
