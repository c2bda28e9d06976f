# The vector that points down: depth is the last axis.
1D let down = diag(identity)
2D let down = (0, 1)
3D let down = (0, 0, 1)
