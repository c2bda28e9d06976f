operator a {
    wavefield u
    u.forward =  ### "this statement is not finished: expected a name, a number or a parenthesis"
}
