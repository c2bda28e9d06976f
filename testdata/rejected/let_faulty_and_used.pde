operator a {
    wavefield u
    let a = laplac(u)  ### "unknown name laplac; did you mean laplace?"
    solve u.dt2 - a = 0 for u.forward
    sample rec from a
}
