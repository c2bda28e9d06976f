operator a {
    import "library.pde"  ### "unexpected keyword import: expected a statement or }"
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
}
