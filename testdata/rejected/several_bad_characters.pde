operator a {
    wavefield u
    let a = 1 $ 2  ### "unexpected character '$'"
    let b = 3 % 4  ### "unexpected character '%'"
    let c = 5 & 6  ### "unexpected character '&'"
    solve u.dt2 - laplace(u) = 0 for u.forward
}
