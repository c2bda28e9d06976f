operator a {
    wavefield u
    let a = sqrt(-2)  ### "the square root of a negative number is not real"
    let b = (-2)^0.5  ### "a fractional power of a negative number is not real"
    solve u.dt2 - laplace(u) = 0 for u.forward
}
