# Waves in a medium whose symmetry axis is tilted, as two coupled wavefields of
# second order (Zhang, Zhang and Zhang 2011). Along the axis, the derivative of
# half the order is taken half a point up and then half a point down.
2D def tilted(a, theta, phi) = sin(theta)*a.dx(order space/2, at 1/2) + cos(theta)*a.dz(order space/2, at 1/2)
