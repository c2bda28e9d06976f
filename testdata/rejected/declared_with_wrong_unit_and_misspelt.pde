operator a {
    field m [s^2/kn^2]  ### "unknown unit kn: did you mean kg?"
    wavefield u
    solve mm*u.dt2 - laplace(u) = 0 for u.forward  ### "unknown name mm"
}
