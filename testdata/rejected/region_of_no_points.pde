operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    region r = first 0 along x  ### "0 is not a number of points; write a whole number from 1 to 1048576"
}
