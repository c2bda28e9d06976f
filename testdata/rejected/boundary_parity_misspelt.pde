operator a {
    wavefield u
    boundary u ood at first x  ### "unexpected ood: expected odd or even; did you mean odd?"
    solve u.dt2 - laplace(u) = 0 for u.forward
}
