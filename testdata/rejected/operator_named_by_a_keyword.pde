operator solve {  ### "unexpected keyword solve: expected a name; solve is a keyword: choose another name"
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
}
