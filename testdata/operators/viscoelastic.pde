# Viscoelastic waves: one relaxation mechanism (a standard linear solid) for each
# of the two moduli, tuned to the quality factors qp and qs at the frequency f0
# (Blanch, Robertsson and Symes 1995). r are the memory variables of the stress.
def relaxation(q, f) = (sqrt(1 + 1/q^2) - 1/q)/f

operator viscoelastic "viscoelastic waves, velocity and stress" {
    order space 8, time 1
    field            b     "buoyancy"
    field            lam   "Lame's first modulus"
    field            mu    "shear modulus"         harmonic
    field            qp    "quality of P waves"
    field            qs    "quality of S waves"
    field            damp  "mask of the sponge"
    scalar           f0    "reference frequency"
    vector wavefield v     "particle velocity"     staggered
    tensor wavefield r     "memory of the stress"  staggered
    tensor wavefield tau   "stress"                staggered

    require mu >= 0 "the shear modulus"
    require lam + 2/3*mu >= 0 "the bulk modulus"
    require b > 0 "one over the density"
    require qp > 0 "a quality factor"
    require qs > 0 "a quality factor"

    boundary damp zero

    let ts = relaxation(qp, f0)
    let tp = 1/(f0^2*ts)/ts
    let tm = (1 + f0*qs*ts)/(f0*qs - f0^2*ts)/ts
    let bulk = lam*div(v.forward)*identity
    let shear = mu*(grad(v.forward) + transpose(grad(v.forward)))

    sample rec1 from tau.zz
    sample rec2 from div(v)

    v.forward = damp*(v + dt*b*div(tau))
    r.forward = damp*(r - dt/ts*(r + (tp - 1)*bulk + (tm - 1)*shear))
    tau.forward = damp*(tau + dt*(r.forward + tp*bulk + tm*shear))

    inject dt*src*identity into tau.forward
}
