import "imported/library.pde"

operator a {
    wavefield u
    solve u.dt2 - spread(u) = 0 for u.forward  ### "the two terms are a vector and a scalar"
}
