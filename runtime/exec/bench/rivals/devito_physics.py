"""Wave equations in Devito's language, one class for each.

They are discretised as Devito's own seismic examples do it, which is also how the
operator files of the same names do: see the class of each. A class makes the fields
and says what the equations of a step are; nothing here knows how they are run.
"""
import numpy as np
from devito import (Eq, Function, Grid, Inc, SparseTimeFunction, TensorTimeFunction, TimeFunction, VectorTimeFunction,
                    cos, diag, div, grad, sin, solve, sqrt)

from turns import DTYPES, SPACING, at_points


class Physics:
    """A grid with its layers, a source, receivers, and parameters that are fields."""

    fastest = 2.0  # m/ms
    mask = False   # the layers weaken by a factor rather than by a friction

    def __init__(self, args):
        self.args = args
        self.dtype = getattr(np, DTYPES[args.dtype])
        self.shape = tuple(n + 2*args.nbl for n in args.shape)
        self.points = int(np.prod(self.shape))
        self.grid = Grid(shape=self.shape, extent=tuple(SPACING*(n - 1) for n in self.shape), dtype=self.dtype)
        self.step = self.grid.stepping_dim.spacing
        self.levels = args.steps + 2
        # Stable for every order: the bound of the exact derivative is 2/pi/sqrt(dimensions),
        # and half of it is left for what the equation adds.
        self.dt = self.dtype(0.45*2/np.pi/len(self.shape)**0.5*SPACING/self.fastest)
        self.damp = Function(name="damp", grid=self.grid, space_order=args.so)
        self.damp.data[:] = sponge(self.shape, args.nbl, self.dtype, self.mask)
        source, receivers = at_points(args)
        self.source = self.sparse("src", [source])
        self.source.data[:, 0] = np.exp(-((np.arange(self.levels) - self.levels/2)/4)**2)
        self.receivers = receivers

    def parameter(self, name, value, **more):
        f = Function(name=name, grid=self.grid, space_order=self.args.so, **more)
        f.data_with_halo[:] = value
        return f

    def sparse(self, name, at):
        points = SparseTimeFunction(name=name, grid=self.grid, npoint=len(at), nt=self.levels)
        points.coordinates.data[:] = SPACING*np.asarray(at)
        return points

    def wavefield(self, name, saved=False, order=2):
        return TimeFunction(name=name, grid=self.grid, time_order=order, space_order=self.args.so, save=self.levels if saved else None)


class Acoustic(Physics):
    """m u.dt2 - laplace(u) + damp u.dt = 0, of second order."""

    saved = 1  # wavefields that a gradient reads

    def __init__(self, args):
        super().__init__(args)
        self.m = self.parameter("m", 1/self.fastest**2)
        self.rec = self.sparse("rec", self.receivers)

    def forward(self, saved=False):
        self.u = u = self.wavefield("u", saved)
        update = Eq(u.forward, solve(self.m*u.dt2 - u.laplace + self.damp*u.dt, u.forward))
        return ([update] + self.source.inject(field=u.forward, expr=self.source*self.step**2/self.m)
                + self.rec.interpolate(expr=u))

    def backward(self):
        """The adjoint, with the records for its sources, and the image. Its second
        derivative is that of u rather than of v, as in this form the image joins the loops
        of the adjoint: it does not wait for the receivers."""
        self.image = Function(name="image", grid=self.grid)
        v = self.wavefield("v")
        update = Eq(v.backward, solve(self.m*v.dt2 - v.laplace + self.damp*v.dt.T, v.backward))
        self.adjoints = [v]
        return ([update] + self.rec.inject(field=v.backward, expr=self.rec*self.step**2/self.m)
                + [Inc(self.image, -self.u.dt2*v)])


class TTI(Physics):
    """Two coupled equations of second order, whose derivative along the tilted axis is
    of half the order, half a point up, and again half a point down."""

    fastest = 3.0
    saved = 2

    def __init__(self, args):
        super().__init__(args)
        self.m = self.parameter("m", 0.25)
        self.epsilon, self.delta = self.parameter("epsilon", 0.2), self.parameter("delta", 0.1)
        self.angles = [self.parameter("theta", 0.5)]
        if len(self.shape) == 3:
            self.angles.append(self.parameter("phi", 0.4))
        self.rec = self.sparse("rec", self.receivers)

    def axis(self):
        """The direction of the symmetry axis, by grid axes."""
        theta = self.angles[0]
        if len(self.shape) == 2:
            return sin(theta), cos(theta)
        phi = self.angles[1]
        return sin(theta)*cos(phi), sin(theta)*sin(phi), cos(theta)

    def axial(self, field):
        """The second derivative along the symmetry axis."""
        half, direction, dims = self.args.so//2, self.axis(), self.grid.dimensions
        by = lambda f, d, at: getattr(f, f"d{d.name}")(fd_order=half, x0=at)
        along = sum(c*by(field, d, d + d.spacing/2) for c, d in zip(direction, dims))
        return sum(by(along*c, d, d - d.spacing/2) for c, d in zip(direction, dims))

    def factors(self):
        return 1 + 2*self.epsilon, sqrt(1 + 2*self.delta)

    def forward(self, saved=False):
        self.u, self.v = u, v = self.wavefield("u", saved), self.wavefield("v", saved)
        along_planes, along_axis = u.laplace - self.axial(u), self.axial(v)
        wide, mixed = self.factors()
        updates = [Eq(w.forward, solve(self.m*w.dt2 - right + self.damp*w.dt, w.forward))
                   for w, right in [(u, wide*along_planes + mixed*along_axis), (v, mixed*along_planes + along_axis)]]
        return (updates + self.source.inject(field=(u.forward, v.forward), expr=self.source*self.step**2/self.m)
                + self.rec.interpolate(expr=u + v))

    def backward(self):
        self.image = Function(name="image", grid=self.grid)
        self.adjoints = p, r = self.wavefield("p"), self.wavefield("r")
        wide, mixed = self.factors()
        planar = wide*p + mixed*r
        updates = [Eq(w.backward, solve(self.m*w.dt2 - right + self.damp*w.dt.T, w.backward))
                   for w, right in [(p, planar.laplace - self.axial(planar)), (r, self.axial(mixed*p + r))]]
        return (updates + self.rec.inject(field=(p.backward, r.backward), expr=self.rec*self.step**2/self.m)
                + [Inc(self.image, -(self.u.dt2*p + self.v.dt2*r))])


class Elastic(Physics):
    """Particle velocity and stress on a staggered grid, of first order in time. The
    layers are a mask, and the shear modulus is averaged harmonically."""

    fastest = 2.0
    mask = True

    def __init__(self, args):
        super().__init__(args)
        self.lam, self.b = self.parameter("lam", 2.0), self.parameter("b", 1.0)
        self.mu = self.parameter("mu", 1.0, avg_mode="safe_harmonic")
        self.rec1, self.rec2 = self.sparse("rec1", self.receivers), self.sparse("rec2", self.receivers)
        more = dict(grid=self.grid, space_order=args.so, time_order=1)
        self.v, self.tau = VectorTimeFunction(name="v", **more), TensorTimeFunction(name="tau", **more)

    def forward(self, saved=False):
        v, tau, damp = self.v, self.tau, self.damp
        velocity = Eq(v.forward, damp*solve(v.dt - self.b*div(tau), v.forward))
        return ([velocity] + self.stress()
                + self.source.inject(field=tau.forward.diagonal(), expr=self.source*self.step)
                + self.rec1.interpolate(expr=tau[-1, -1]) + self.rec2.interpolate(expr=div(v)))

    def strain(self):
        gradient = grad(self.v.forward)
        return gradient + gradient.transpose(inner=False)

    def stress(self):
        tau = self.tau
        rate = self.lam*diag(div(self.v.forward)) + self.mu*self.strain()
        return [Eq(tau.forward, self.damp*solve(tau.dt - rate, tau.forward))]


class Viscoelastic(Elastic):
    """Elastic waves with one relaxation mechanism for each modulus, whose memory
    variables are a tensor r."""

    fastest = 3.0

    def __init__(self, args):
        super().__init__(args)
        self.qp, self.qs = self.parameter("qp", 100.0), self.parameter("qs", 70.0)
        self.r = TensorTimeFunction(name="r", grid=self.grid, space_order=args.so, time_order=1)

    def stress(self):
        omega = 0.02  # of the reference frequency
        ts = (sqrt(1.0 + 1.0/self.qp**2) - 1.0/self.qp)/omega
        tp = 1.0/(omega**2*ts)/ts
        tm = (1.0 + omega*self.qs*ts)/(omega*self.qs - omega**2*ts)/ts
        bulk, shear = self.lam*diag(div(self.v.forward)), self.mu*self.strain()
        r, tau = self.r, self.tau
        memory = r.dt + 1/ts*(r + (tp - 1)*bulk + (tm - 1)*shear)
        rate = tau.dt - r.forward - tp*bulk - tm*shear
        return [Eq(r.forward, self.damp*solve(memory, r.forward)), Eq(tau.forward, self.damp*solve(rate, tau.forward))]


PHYSICS = {"acoustic": Acoustic, "tti": TTI, "elastic": Elastic, "viscoelastic": Viscoelastic}


def sponge(shape, nbl, dtype, mask):
    """The profile of Devito's absorbing layers, summed over axes and sides: a friction,
    or a mask that is 1 inside."""
    damp = np.full(shape, 1 if mask else 0, dtype=dtype)
    if nbl == 0:
        return damp
    distance = (nbl - np.arange(nbl) + 1)/nbl
    profile = 1.5*np.log(1000)/nbl*(distance - np.sin(2*np.pi*distance)/(2*np.pi))/SPACING
    if mask:
        profile = -profile
    for axis, n in enumerate(shape):
        line = np.zeros(n)
        line[:nbl] += profile
        line[n - nbl:] += profile[::-1]
        damp += line.reshape([n if a == axis else 1 for a in range(len(shape))]).astype(dtype)
    return damp
