operator a {
    field c staggered x
    field m = 2*c  ### "c lies half a spacing off m along x"
    wavefield u
    solve m*u.dt2 - laplace(u) = 0 for u.forward
}
