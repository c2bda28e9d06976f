operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    field v_x
    vector field v  ### "v.x is called v_x in the data, which is already declared at line 4"
}
