operator a {
    field m
    wavefield u
    solve m u.dt2 - 2 laplace(u) = 0 for u.forward  ### "unexpected u: expected =; write * to multiply"
}
