operator a {
    wavefield u
    solve u.dt2 - laplacian(u) = 0 for u.forward  ### "unknown name laplacian; did you mean laplace?"
}
