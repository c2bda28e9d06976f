# The divergence of b times a gradient, both derivatives taken between the
# nodes: narrower than div(b*grad(p)), and symmetric.
1D def flux(b, p) = (b*p.dx(at 1/2)).dx(at -1/2)
2D def flux(b, p) = (b*p.dx(at 1/2)).dx(at -1/2) + (b*p.dz(at 1/2)).dz(at -1/2)
3D def flux(b, p) = (b*p.dx(at 1/2)).dx(at -1/2) + (b*p.dy(at 1/2)).dy(at -1/2) + (b*p.dz(at 1/2)).dz(at -1/2)
