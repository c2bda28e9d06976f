# Isotropic elastic waves as a system of first order: particle velocities and
# stresses on a staggered grid (Virieux 1986). Velocities lie half a step before
# the stresses of their level, so a source of stress acts half a step after it.
# damp is a mask that weakens waves in every step, 1 for none. Wherever a parameter is needed between its nodes it is averaged,
# the shear modulus harmonically, so that it vanishes in fluids.
import "definitions/down.pde"
import "definitions/layers.pde"

operator elastic "isotropic elastic waves, velocity and stress" {
    order space 8, time 1
    field            vp      "P velocity"            [km/s]
    field            vs      "S velocity"            [km/s]
    field            rho     "density"               [g/cm^3]
    field            b       "buoyancy"              [cm^3/g]  = 1/rho
    field            lam     "Lame's first modulus"  [GPa]  = rho*(vp^2 - 2*vs^2)
    field            mu      "shear modulus"         [GPa]  harmonic  = rho*vs^2
    field            damp    "mask of a sponge"      [1]  = 1
    tensor scalar    moment  "directions of src"     [1]  = identity
    vector scalar    force   "direction of push"     [1]  = down
    vector wavefield v       "particle velocity"     [km/s]  staggered
    tensor wavefield tau     "stress"                [GPa]  staggered
    points           src     "stress rate"           [GPa/ms]  at 1/2
    points           push    "force on a volume"     [GPa/m]
    points           rec2    "velocity divergence"   at -1/2
    points           vz      "vertical velocity"     [km/s]  at -1/2

    require mu >= 0 "the shear modulus"
    require lam + 2/3*mu >= 0 "the bulk modulus"
    require b > 0 "one over the density"

    boundary damp zero

    absorb damping(max(sqrt((lam + 2*mu)*b))), shift

    let strain = grad(v.forward) + transpose(grad(v.forward))

    1D sample rec1 from tau.xx
    2D sample rec1 from tau.zz
    3D sample rec1 from tau.zz
    sample rec2 from div(v)
    1D sample vz from v.x
    2D sample vz from v.z
    3D sample vz from v.z

    v.forward = damp*(v + dt*b*div(tau))
    inject dt*b*push*force into v.forward

    tau.forward = damp*(tau + dt*(lam*div(v.forward)*identity + mu*strain))

    inject dt*src*moment into tau.forward
}
