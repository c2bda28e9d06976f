operator a {
    order time 1
    wavefield u
    u.forward = u.backward  ### "this reads u 1 level back, but time order 1 stores only the current level; raise the order in time: order time 2"
}
