operator a {
    field m
    wavefield u
    region top = first 2 along z
    require m > 0 in top  ### "in does not belong here"
    require m > 0 every 2  ### "every does not belong here"
    solve m*u.dt2 = laplace(u) for u.forward
}
