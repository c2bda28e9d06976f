operator a {
    order space 7, time 5, depth 2  ### "space order 7: it must be even, from 2 to 32" "time order 5: it must be from 1 to 4" "unknown order depth: expected space or time"
    units s, m  ### "s is not a unit of length; write for example: units m, ms" "m is not a unit of time; write for example: units m, ms"
    field m [slug]  ### "unknown unit slug"
    wavefield u
    solve m*u.dt2 - lapalce(u) = 0 for u.forward  ### "unknown name lapalce; did you mean laplace?"
}
