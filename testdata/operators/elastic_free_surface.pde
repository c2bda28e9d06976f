# Elastic waves below a free surface at the first node in depth (Levander 1988):
# the tractions continue above with their signs changed, so that they vanish on
# the surface.
operator elastic_free_surface "isotropic elastic waves below a free surface" {
    order space 4, time 1
    field            b     "buoyancy"
    field            lam   "Lame's first modulus"
    field            mu    "shear modulus"         harmonic
    field            damp  "mask of the sponge"
    vector wavefield v     "particle velocity"     staggered
    tensor wavefield tau   "stress"                staggered

    require mu >= 0 "the shear modulus"
    require lam + 2/3*mu >= 0 "the bulk modulus"
    require b > 0 "one over the density"

    boundary damp zero
    boundary tau.zz, tau.xz odd at first z
    3D boundary tau.yz odd at first z
    boundary v even at first z
    region surface = first 1 along z

    let strain = grad(v.forward) + transpose(grad(v.forward))
    # On the surface the vertical strain follows from the lateral ones.
    2D let lateral = v.forward.x.dx
    3D let lateral = v.forward.x.dx + v.forward.y.dy
    let plane = 2*lam*mu/(lam + 2*mu)*lateral

    sample rec1 from v.z
    sample rec2 from div(v)

    v.forward = damp*(v + dt*b*div(tau))
    tau.forward = damp*(tau + dt*(lam*div(v.forward)*identity + mu*strain))
    tau.xx.forward = damp*(tau.xx + dt*(plane + 2*mu*v.forward.x.dx)) in surface
    3D tau.yy.forward = damp*(tau.yy + dt*(plane + 2*mu*v.forward.y.dy)) in surface

    inject dt*src*identity into tau.forward
}
