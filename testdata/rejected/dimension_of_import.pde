2D import "imported/library.pde"  ### "unexpected keyword import: expected let or def"
operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
}
