operator a {
    wavefeild u  ### "no statement begins with wavefeild; did you mean wavefield?"
    feild m "squared slowness"  ### "no statement begins with feild; did you mean field?"
    slove m*u.dt2 - laplace(u) = 0 for u.forward  ### "no statement begins with slove; did you mean solve?"
    let two = 2
}
