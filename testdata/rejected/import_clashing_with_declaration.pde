import "imported/library.pde"

operator a {
    field twice  ### "twice is already declared at"
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
}
