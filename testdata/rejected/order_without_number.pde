operator a {
    order space  ### "this statement is not finished: expected a number"
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
}
