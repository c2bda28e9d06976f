let speed = 2

operator a {
    wavefield u
    let speed = 3  ### "speed is already declared at"
    solve u.dt2 - laplace(u) = 0 for u.forward
}
