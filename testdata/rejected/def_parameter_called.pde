operator a {
    wavefield u
    def f(p) = p(2)  ### "the parameter p is not a function; write it without parentheses, or with * before them"
    solve u.dt2 - f(u) = 0 for u.forward
}
