operator a {
    wavefield u
    solve u.dt2 - laplace(u) = 0 for u.forward
    let a = 2*u every 2  ### "every does not belong here; remove it: only +=, inject, sample, save and reduce are limited to some steps"
}
