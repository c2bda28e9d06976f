operator a {
    order time 1
    vector wavefield v [m/s]
    vector field b [m]
    v.forward = v + b  ### "the two terms differ in dimension"
}
