operator a {
    wavefield u
    let a0 = u*u + u
    let a1 = sin(a0) + cos(a0)
    let a2 = sin(a1) + cos(a1)
    let a3 = sin(a2) + cos(a2)
    let a4 = sin(a3) + cos(a3)
    let a5 = sin(a4) + cos(a4)
    let a6 = sin(a5) + cos(a5)
    let a7 = sin(a6) + cos(a6)
    let a8 = sin(a7) + cos(a7)
    let a9 = sin(a8) + cos(a8)
    let a10 = sin(a9) + cos(a9)
    let a11 = sin(a10) + cos(a10)
    let a12 = sin(a11) + cos(a11)
    let a13 = sin(a12) + cos(a12)
    let a14 = sin(a13) + cos(a13)
    let a15 = sin(a14) + cos(a14)
    let a16 = sin(a15) + cos(a15)  ### "this expands to more than 500000 operations"
    let a17 = sin(a16) + cos(a16)
    let a18 = sin(a17) + cos(a17)
    solve u.dt2 - a18 = 0 for u.forward
}
