operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
}

operator a {  ### "operator a is already defined at line 1"
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
}
