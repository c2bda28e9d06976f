import "import_cyclic.pde"  ### "import cycle"

operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
}
