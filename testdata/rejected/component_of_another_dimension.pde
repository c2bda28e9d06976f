operator a {
    order time 1
    tensor wavefield tau
    tau.forward = 2*tau
    sample rec from tau.yy  ### "unknown suffix .yy; the axes of this grid are x, z"
}
