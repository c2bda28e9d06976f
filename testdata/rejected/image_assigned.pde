operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    image g
    g = u  ### "an image can only be added to; write g +="
    g += u
}
