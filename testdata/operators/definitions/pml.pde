# Convolutional perfectly matched layers (Komatitsch and Martin, Geophysics 72,
# 2007). A derivative g along an axis becomes g plus a memory of it, which
# follows the profiles a and b of that axis: a is 0 and b is 1 outside of the
# layers. memory is its update; all arguments are vectors, one entry per axis.
def decay(damping, shift) = exp(-(damping + shift)*dt)
def gain(damping, shift) = damping/max(damping + shift, 1e-30/dt)*(decay(damping, shift) - 1)
def memory(psi, a, b, g) = hadamard(b, psi) + hadamard(a, g)
