# Bending waves of a thin plate (Kirchhoff and Love): the fourth-order operator
# makes them dispersive, short waves are faster.
operator biharmonic_plate "bending waves of a thin plate" {
    order space 4, time 2
    units m, s
    scalar    stiffness  "bending stiffness per mass and area"  [m^4/s^2]
    wavefield w          "deflection"                           [m]

    solve w.dt2 + stiffness*biharmonic(w) = 0 for w.forward

    inject src*dt^2 into w.forward
    sample rec from w
}
