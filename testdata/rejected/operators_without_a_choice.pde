operator a {  ### "this file defines several operators: a, b"
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
}

operator b {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
}
