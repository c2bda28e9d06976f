operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    sample rec from u evry 4  ### "unexpected evry: expected the end of this statement; did you mean every?"
}
