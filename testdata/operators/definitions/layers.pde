# Absorbing layers around a grid, for absorb and for default values of fields.
# layer is how far a point lies within them along an axis: 0 within the model, 1
# at the end of the grid.

# Perfectly matched layers: absorb damping(c), shift, where c is the speed of
# the fastest waves. The damping rises with the square of the depth, so that a
# wave that crosses a layer straight and comes back keeps 1e-12 of its amplitude
# (Collino and Tsogka 2001): waves that run nearly along it need that much. The
# shift of the frequency weakens those that do not propagate (Roden and Gedney 2000).
def damping(c) = 1.5*log(1e12)*c/layer_width*layer^2
let shift = pi*peak_frequency*(1 - layer)

# A sponge, which damps the wavefield itself: its profile along an axis, and the sum
# over the axes. Times the slowness it is the damp of m*u.dt2 + damp*u.dt.
def wall(s, width) = 1.5*log(1000)/width*(s - sin(2*pi*s)/(2*pi))
def rising(s) = s + min(s, 1/layer_points)
1D let sponge = wall(rising(layer.x), layer_width.x)
2D let sponge = wall(rising(layer.x), layer_width.x) + wall(rising(layer.z), layer_width.z)
3D let sponge = wall(rising(layer.x), layer_width.x)
    + wall(rising(layer.y), layer_width.y)
    + wall(rising(layer.z), layer_width.z)
