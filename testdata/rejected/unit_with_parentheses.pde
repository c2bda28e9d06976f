operator a {
    field m [s^2/(km*km)]  ### "unexpected ( in a unit: expected names joined by * and /, with powers, such as [s^2/km^2]"
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
}
