operator a {
    wavefield u
    u.forward = u in sponge  ### "there is no region sponge; declare it: region sponge = first 10 along x"
}
