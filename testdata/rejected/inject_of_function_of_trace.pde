operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    inject sin(src) into u.forward  ### "what is injected must be a multiple of src; write an expression times src"
}
