operator a {
    wavefield u
    let a = 1e200
    let b = a*a  ### "a number in this expression is out of range"
    solve u.dt2 - laplace(u) = 0 for u.forward
}
