# Isotropic elastic waves as a system of first order: particle velocities and
# stresses on a staggered grid (Virieux 1986). damp is a mask, 1 inside and less
# in the sponge. Wherever a parameter is needed between its nodes it is averaged,
# the shear modulus harmonically, so that it vanishes in fluids.
operator elastic "isotropic elastic waves, velocity and stress" {
    order space 8, time 1
    field            b     "buoyancy"              [m^3/kg]
    field            lam   "Lame's first modulus"
    field            mu    "shear modulus"         harmonic
    field            damp  "mask of the sponge"    [1]
    vector wavefield v     "particle velocity"     staggered
    tensor wavefield tau   "stress"                staggered

    require mu >= 0 "the shear modulus"
    require lam + 2/3*mu >= 0 "the bulk modulus"
    require b > 0 "one over the density"

    boundary damp zero

    let strain = grad(v.forward) + transpose(grad(v.forward))

    sample rec1 from tau.zz
    sample rec2 from div(v)

    v.forward = damp*(v + dt*b*div(tau))
    tau.forward = damp*(tau + dt*(lam*div(v.forward)*identity + mu*strain))

    inject dt*src*identity into tau.forward
}
