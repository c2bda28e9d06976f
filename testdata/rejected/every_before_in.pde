operator a {
    wavefield u
    region r = first 10 along x
    image g
    solve u.dt2 - laplace(u) = 0 for u.forward
    g += u every 2 in r  ### "unexpected keyword in: expected a statement or }; write in before every"
}
