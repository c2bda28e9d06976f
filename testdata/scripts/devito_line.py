"""Models a line of acoustic shots with Devito, for an inversion by another program.

    python3 devito_line.py FOLDER          (needs devito, and a C compiler)

It writes to FOLDER, with lengths in m, times in ms and velocities in km/s:

    vp.npy         the velocity on the grid of the inversion, (x, z)
    sources.npy    coordinates (shots, 2), x and depth below the datum
    receivers.npy  coordinates (receivers, 2), the same for all shots
    records.npy    pressure (shots, samples, receivers), the first at time 0
    line.json      spacing and origin of the grid of vp.npy, the interval of the
                   samples, peak frequency (Hz) and centre of the Ricker wavelet

The earth is a function of place, so that both programs may have grids of their
own: Devito's has half the spacing, another time step, and absorbing layers that
begin far outside. The surface is 100 m above the datum.
"""
import json
import os
import sys

os.environ.setdefault("DEVITO_LOGGING", "ERROR")

import numpy as np
from devito import Eq, Function, Grid, Operator, SparseTimeFunction, TimeFunction, solve

ORIGIN = np.array([0.0, -100.0])  # of the model: its top is the surface
EXTENT = np.array([800.0, 400.0])
SPACING = 10.0  # of the grid of the inversion
PEAK, CENTRE = 8.0, 150.0  # of the wavelet, Hz and ms
LENGTH = 800.0  # of the records

FINE = SPACING/2  # Devito's spacing
STEP, EVERY = 0.8, 5  # Devito's time step, of which every fifth is a sample
FREE, LAYER = 80, 120  # points on each side without damping, and with it behind them


def velocity(x, z):
    """Two soft steps and a fast lens; what is outside continues the edge."""
    x = np.clip(x, 0, EXTENT[0])
    z = np.clip(z - ORIGIN[1], 0, EXTENT[1])
    step = lambda depth: 1/(1 + np.exp(-(z - depth)/12))
    lens = np.exp(-((x - 430)/90)**2 - ((z - 150)/45)**2)
    return 1.6 + 0.3*step(110) + 0.4*step(270) + 0.2*lens


def axes(origin, spacing, shape):
    return np.meshgrid(*(o + spacing*np.arange(n) for o, n in zip(origin, shape)), indexing="ij")


def damping(shape):
    """Rises as the cube of the way into the layers. With damp = d m, a wave of
    speed c is damped by exp(-integral(d dx)/c) there and back: by 1e-2 for 2 km/s."""
    out = np.zeros(shape)
    for axis, n in enumerate(shape):
        k = np.arange(n)
        inside = np.clip((LAYER - np.minimum(k, n - 1 - k))/LAYER, 0, 1)
        most = 4*2.0*np.log(1e2)/(LAYER*FINE)  # the integral is a fourth of it
        out += (most*inside**3).reshape([-1 if a == axis else 1 for a in range(len(shape))])
    return out


class Modelling:
    """Devito's operator m*u.dt2 - laplace(u) + damp*u.dt = src on its own grid."""

    def __init__(self, receivers):
        border = (FREE + LAYER)*FINE
        shape = tuple(int(round(e/FINE)) + 1 + 2*(FREE + LAYER) for e in EXTENT)
        origin = tuple(ORIGIN - border)
        grid = Grid(shape=shape, extent=tuple(FINE*(n - 1) for n in shape), origin=origin, dtype=np.float64)
        m = Function(name="m", grid=grid, space_order=8)
        m.data[:] = 1/velocity(*axes(origin, FINE, shape))**2
        damp = Function(name="damp", grid=grid)
        damp.data[:] = damping(shape)*m.data
        self.u = TimeFunction(name="u", grid=grid, time_order=2, space_order=8)
        self.steps = int(round(LENGTH/STEP)) + 2  # the last level is not recorded

        dt = grid.stepping_dim.spacing
        self.src = SparseTimeFunction(name="src", grid=grid, npoint=1, nt=self.steps)
        self.rec = SparseTimeFunction(name="rec", grid=grid, npoint=len(receivers), nt=self.steps)
        self.rec.coordinates.data[:] = receivers
        # What is injected at a node is the density s of a source over a cell: the
        # equation has s(t) h^2 delta(x - x_s) on its right side, as the sum of a
        # grid's delta, 1/h^2 at one node, times h^2 is the integral 1. A program
        # that injects the wavelet w(t) at a node of a grid of spacing H so emits
        # w H^2. The same source on a grid of spacing h is w (H/h)^2. The step dt^2/m
        # is that of the solved equation and has no part in it.
        a = (np.pi*PEAK*1e-3*(STEP*np.arange(self.steps) - CENTRE))**2
        self.src.data[:, 0] = (SPACING/FINE)**2*(1 - 2*a)*np.exp(-a)
        update = Eq(self.u.forward, solve(m*self.u.dt2 - self.u.laplace + damp*self.u.dt, self.u.forward))
        self.operator = Operator([update] + self.src.inject(field=self.u.forward, expr=self.src*dt**2/m)
                                 + self.rec.interpolate(expr=self.u))

    def shot(self, source):
        self.u.data[:] = 0
        self.rec.data[:] = 0
        self.src.coordinates.data[:] = source
        # The first two levels are silent; the second one gives the third.
        self.operator.apply(dt=STEP, time_m=1, time_M=self.steps - 2)
        return np.array(self.rec.data[::EVERY])


def main(folder):
    line = lambda xs, z: np.array([(x, z) for x in xs])
    sources = line((100, 420, 740), ORIGIN[1] + 20)  # between receivers
    receivers = line(np.linspace(0, 800, 21), ORIGIN[1] + 30)
    shape = tuple(int(round(e/SPACING)) + 1 for e in EXTENT)
    modelling = Modelling(receivers)
    arrays = {
        "vp": velocity(*axes(ORIGIN, SPACING, shape)),
        "sources": sources,
        "receivers": receivers,
        "records": np.stack([modelling.shot(s) for s in sources]),
    }
    for name, a in arrays.items():
        np.save(os.path.join(folder, name + ".npy"), a)
    with open(os.path.join(folder, "line.json"), "w") as out:
        json.dump({"spacing": SPACING, "origin": ORIGIN.tolist(), "interval": STEP*EVERY,
                   "time": LENGTH, "peak_hz": PEAK, "centre": CENTRE}, out)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python3 devito_line.py FOLDER")
    main(sys.argv[1])
