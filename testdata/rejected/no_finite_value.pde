operator a {
    field m
    wavefield u
    let a = log(0)  ### "log(0) has no finite real value"
    let b = log(-m*0)  ### "log(-m*0) has no finite real value"
    let c = sqrt(-1)  ### "square root of a negative number"
    let d = sqrt(1 - pi)  ### "square root"
    let e = m/sin(0)  ### "division by zero"
    let f = sin(0)^(-1)*m  ### "sin(0)^(-1) has no finite real value"
    let g = asin(2) + m  ### "asin(2) has no finite real value"
    let h = atanh2(m)  ### "unknown name"
    let i = log(exp(0) - cos(0))*m  ### "has no finite real value"
    let j = m/(1 - 1)  ### "division by zero"
    let k = (-1)^0.5  ### "fractional power"
    let l = exp(1000)  ### "exp(1000) has no finite real value"
    let o = (cos(0) - 3)^(1/2)  ### "has no finite real value"
    let fine = log(2) + sqrt(0) + asin(1) + acos(0.3) + exp(-1000) + m/cos(0) + tan(1)^(1/3)
    solve m*u.dt2 - laplace(u) = fine for u.forward
}
