operator a {
    wavefield u
    solve (u.dt2 - laplace(u) = 0 for u.forward  ### "unexpected =: expected , or ) to close the parenthesis"
}
