operator a {
    field m
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    inject dt^2/m into u.forward  ### "this names no points whose traces could be injected; write for example inject src*dt^2/m into u.forward"
}
