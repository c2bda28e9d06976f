operator a {
    wavefield u
    solve 0 = grad(u) for u.forward  ### "an equation between vectors cannot be solved for u.forward; solve for the whole of it, or write one equation for each component"
}
