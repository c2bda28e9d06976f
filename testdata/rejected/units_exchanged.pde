operator a {
    units ms, m  ### "ms is not a unit of length; write for example: units m, ms" "m is not a unit of time; write for example: units m, ms"
    field m
    wavefield u
    solve m*u.dt2 - laplace(u) = 0 for u.forward
}
