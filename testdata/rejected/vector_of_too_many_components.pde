operator a {
    wavefield u
    solve u.dt2 - div((u, u, u)) = 0 for u.forward  ### "a vector of 3 components on a grid with 2 axes; give one for each axis"
}
