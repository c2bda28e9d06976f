operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    region r = first 1 along x
    sample rec from u in r  ### "in does not belong here"
}
