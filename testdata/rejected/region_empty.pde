operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    region r = first 10 along x, last 10 along x  ### "region r is empty; the spans of a region meet: name one region for each"
}
