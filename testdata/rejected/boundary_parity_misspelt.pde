operator a {
    wavefield u
    boundary u ood at first x  ### "unexpected ood: expected odd, even or zero; did you mean odd?"
    solve u.dt2 - laplace(u) = 0 for u.forward
}
