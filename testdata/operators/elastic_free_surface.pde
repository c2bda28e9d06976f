# Elastic waves below a free surface at the first node in depth (Levander 1988):
# the tractions continue above with their signs changed, so that they vanish on
# the surface.
import "definitions/down.pde"
import "definitions/layers.pde"

operator elastic_free_surface "isotropic elastic waves below a free surface" {
    order space 4, time 1
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
    points           rec1    "vertical velocity"     [km/s]  at -1/2
    points           rec2    "velocity divergence"   at -1/2
    points           vx      "horizontal velocity"   [km/s]  at -1/2

    require mu >= 0 "the shear modulus"
    require lam + 2/3*mu >= 0 "the bulk modulus"
    require b > 0 "one over the density"

    boundary damp zero
    boundary tau.zz, tau.xz odd at first z
    3D boundary tau.yz odd at first z
    boundary v even at first z
    region surface = first 1 along z

    absorb damping(max(sqrt((lam + 2*mu)*b))), shift

    let strain = grad(v.forward) + transpose(grad(v.forward))
    # On the surface the vertical strain follows from the lateral ones.
    2D let lateral = v.forward.x.dx
    3D let lateral = v.forward.x.dx + v.forward.y.dy
    let plane = 2*lam*mu/(lam + 2*mu)*lateral

    sample rec1 from v.z
    sample rec2 from div(v)
    sample vx from v.x

    v.forward = damp*(v + dt*b*div(tau))
    inject dt*b*push*force into v.forward

    tau.forward = damp*(tau + dt*(lam*div(v.forward)*identity + mu*strain))
    tau.xx.forward = damp*(tau.xx + dt*(plane + 2*mu*v.forward.x.dx)) in surface
    3D tau.yy.forward = damp*(tau.yy + dt*(plane + 2*mu*v.forward.y.dy)) in surface

    inject dt*src*moment into tau.forward
}
