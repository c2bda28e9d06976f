operator a {  ### "operator a updates nothing"
    wavefield u
}
