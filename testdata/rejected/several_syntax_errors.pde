operator a {
    wavefield u
    field [m]  ### "unexpected [: expected a name"
    let a = (1 + 2  ### "this statement is not finished: expected , or ) to close the parenthesis"
    let = 3  ### "unexpected =: expected a name"
    solve u.dt2 - laplace(u) = 0  ### "this statement is not finished: expected for"
    sample from u  ### "unexpected keyword from: expected a name; from is a keyword: choose another name"
    inject into u.forward  ### "unexpected keyword into: expected a name, a number or a parenthesis"
}
