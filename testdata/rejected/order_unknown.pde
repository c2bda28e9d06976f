operator a {
    order spaec 4  ### "unknown order spaec: expected space or time; did you mean space?"
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
}
