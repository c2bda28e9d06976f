operator a {
    wavefield u
    solve u.dt(at 1/2) - laplace(u) = 0 for u.forward  ### "there are no values between time levels"
}
