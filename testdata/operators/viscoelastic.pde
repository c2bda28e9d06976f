# Viscoelastic waves: one relaxation mechanism (a standard linear solid) for each
# of the two moduli, tuned to the quality factors qp and qs at the frequency f0
# (Blanch, Robertsson and Symes 1995); vp and vs are the speeds of the lowest
# frequencies. r are the memory variables of the stress.
import "definitions/down.pde"
import "definitions/layers.pde"

def relaxation(q, omega) = (sqrt(1 + 1/q^2) - 1/q)/omega

operator viscoelastic "viscoelastic waves, velocity and stress" {
    order space 8, time 1
    field            vp      "P velocity"            [km/s]
    field            vs      "S velocity"            [km/s]
    field            rho     "density"               [g/cm^3]
    field            b       "buoyancy"              [cm^3/g]  = 1/rho
    field            lam     "Lame's first modulus"  [GPa]  = rho*(vp^2 - 2*vs^2)
    field            mu      "shear modulus"         [GPa]  harmonic  = rho*vs^2
    field            qp      "quality of P waves"    [1]
    field            qs      "quality of S waves"    [1]
    field            damp    "mask of a sponge"      [1]  = 1
    scalar           f0      "reference frequency"   [kHz]  = peak_frequency
    tensor scalar    moment  "directions of src"     [1]  = identity
    vector scalar    force   "direction of push"     [1]  = down
    vector wavefield v       "particle velocity"     [km/s]  staggered
    tensor wavefield r       "memory of the stress"  [GPa/ms]  staggered
    tensor wavefield tau     "stress"                [GPa]  staggered
    points           src     "stress rate"           [GPa/ms]  at 1/2
    points           push    "force on a volume"     [GPa/m]
    points           rec2    "velocity divergence"   at -1/2
    points           vz      "vertical velocity"     [km/s]  at -1/2

    require mu >= 0 "the shear modulus"
    require lam + 2/3*mu >= 0 "the bulk modulus"
    require b > 0 "one over the density"
    require qp > 0 "a quality factor"
    require qs > 0 "a quality factor"

    boundary damp zero

    # Where the moduli are relaxed, waves of high frequency are faster.
    absorb damping(max(sqrt(tp*(lam + 2*mu)*b))), shift

    let omega = 2*pi*f0
    let ts = relaxation(qp, omega)
    let tp = 1/(omega^2*ts)/ts
    let tm = (1 + omega*qs*ts)/(omega*qs - omega^2*ts)/ts
    let bulk = lam*div(v.forward)*identity
    let shear = mu*(grad(v.forward) + transpose(grad(v.forward)))

    1D sample rec1 from tau.xx
    2D sample rec1 from tau.zz
    3D sample rec1 from tau.zz
    sample rec2 from div(v)
    1D sample vz from v.x
    2D sample vz from v.z
    3D sample vz from v.z

    v.forward = damp*(v + dt*b*div(tau))
    inject dt*b*push*force into v.forward

    r.forward = damp*(r - dt/ts*(r + (tp - 1)*bulk + (tm - 1)*shear))
    tau.forward = damp*(tau + dt*(r.forward + tp*bulk + tm*shear))

    inject dt*src*moment into tau.forward
}
