package loop_test

const declared = `kernel k f32
axes x halo 2, z halo 1
time 1 .. steps-1
scalar dt
param m[x, z]
state u[t, x, z] levels 2 buffers 2
`
const good = "for x = 0 .. size(x) threads { for z = 0 .. size(z) { u[@1, x, z] = m[x, z] } }"
