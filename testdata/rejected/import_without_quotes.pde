import library.pde  ### "unexpected library: expected a text in quotes"
operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
}
