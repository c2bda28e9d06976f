2D operator a {  ### "unexpected keyword operator: expected let or def"
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
}
