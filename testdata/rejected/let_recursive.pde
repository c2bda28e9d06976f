operator a {
    wavefield u
    let a = b + 1  ### "let a is defined by itself"
    let b = a + 1
    solve u.dt2 - a*u = 0 for u.forward
}
