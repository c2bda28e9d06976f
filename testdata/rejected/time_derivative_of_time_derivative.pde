operator a {
    wavefield u
    solve u.dt.dt - laplace(u) = 0 for u.forward  ### "a time derivative of what is already shifted or differentiated in time; write dt2 for the second derivative, and apply dt to current levels only"
}
