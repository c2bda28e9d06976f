operator a {
    wavefield u
    vector feild m  ### "unexpected feild: expected field, wavefield, image, scalar, points or history; did you mean field?"
    solve u.dt2 - laplace(u) = 0 for u.forward
}
