operator a {
    wavefield u [m]
    solve u.dt2 = 0 for u.forward
    history us [s]
    save us from u  ### "what is saved and the history differ in dimension"
}
