#!/usr/bin/env python3
"""Time Devito's isotropic acoustic operator, for comparison.

The operator is the one of Devito's own seismic examples, written out:

    m*u.dt2 - u.laplace + damp*u.dt = 0, solved for u.forward
    src*dt^2/m injected into u.forward, rec sampled from u

with a source in the middle and a receiver over every interior point of the
surface, in OpenMP, with Devito's advanced optimisations, -march=native, and
the best block shape of its autotuner and of a search over shapes, whichever
is faster. Rates count all points, those of the absorbing layers included.

Prints one JSON line. With --serve prints a first line when it is ready, then
runs once for each line "run" on standard input and prints one line for each,
until "quit": so a caller can take turns with it on a machine that is not
always equally fast.
"""
import time

START = time.perf_counter()  # before the slow imports: they are part of the first step

import argparse
import contextlib
import itertools
import json
import os
import shutil
import sys
import tempfile

DTYPES = {"f32": "float32", "f64": "float64"}
SPACING, VELOCITY = 10.0, 2.0  # m, m/ms: neither matters for speed


def arguments():
    def shape(text):
        return tuple(int(n) for n in text.split(","))

    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--shape", type=shape, default=(320, 320, 320), help="interior points per axis")
    p.add_argument("--nbl", type=int, default=40, help="points of absorbing layer on each side")
    p.add_argument("--so", type=int, default=8, help="space order")
    p.add_argument("--steps", type=int, default=20, help="time steps of a run")
    p.add_argument("--repeat", type=int, default=3, help="runs, of which the best counts")
    p.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    p.add_argument("--dtype", choices=DTYPES, default="f32")
    p.add_argument("--serve", action="store_true", help="run on request")
    a = p.parse_args()
    if not 1 <= len(a.shape) <= 3 or min(a.shape) < 1 or min(a.nbl, a.so, a.steps, a.repeat, a.threads, 1) < 0:
        p.error("the shape needs one to three positive numbers, and the other numbers may not be negative")
    return a


def prepare_environment(args, cache):
    """What Devito, the compiler and OpenMP read when they start."""
    os.environ.update(OMP_NUM_THREADS=str(args.threads), DEVITO_LANGUAGE="openmp", DEVITO_LOGGING="ERROR",
                      TMPDIR=cache)  # Devito keeps its compiled code there: an empty place makes a cold start
    tempfile.tempdir = cache
    # The callers may choose otherwise.
    os.environ.setdefault("OMP_PROC_BIND", "close")
    os.environ.setdefault("OMP_PLACES", "cores")


class Acoustic:
    """The operator with its data."""

    def __init__(self, args):
        import numpy as np
        from devito import Eq, Function, Grid, Operator, SparseTimeFunction, TimeFunction, solve

        self.args = args
        dtype = getattr(np, DTYPES[args.dtype])
        self.full = full = tuple(n + 2*args.nbl for n in args.shape)
        self.points = int(np.prod(full))
        grid = Grid(shape=full, extent=tuple(SPACING*(n - 1) for n in full), dtype=dtype)
        m = Function(name="m", grid=grid, space_order=args.so)
        m.data_with_halo[:] = 1/VELOCITY**2
        damp = Function(name="damp", grid=grid)
        damp.data[:] = sponge(full, args.nbl, dtype)
        u = TimeFunction(name="u", grid=grid, time_order=2, space_order=args.so)

        dt = grid.stepping_dim.spacing
        nt = args.steps + 2
        src = SparseTimeFunction(name="src", grid=grid, npoint=1, nt=nt)
        src.coordinates.data[:] = [SPACING*(n - 1)/2 for n in full]
        src.data[:, 0] = np.exp(-((np.arange(nt) - nt/2)/4)**2)
        surface = [SPACING*(args.nbl + np.arange(n)) for n in args.shape[:-1]]
        depth = [SPACING*(args.nbl + 2.)]
        at = np.stack(np.meshgrid(*surface, depth, indexing="ij"), axis=-1).reshape(-1, len(full))
        rec = SparseTimeFunction(name="rec", grid=grid, npoint=len(at), nt=nt)
        rec.coordinates.data[:] = at

        update = Eq(u.forward, solve(m*u.dt2 - u.laplace + damp*u.dt, u.forward))
        self.operator = Operator([update] + src.inject(field=u.forward, expr=src*dt**2/m) + rec.interpolate(expr=u),
                                 subs=grid.spacing_map, name="Acoustic", opt="advanced")
        # Stable for every order: the bound of the exact derivative is 2/pi/sqrt(dimensions).
        self.dt = dtype(0.95*2/np.pi/len(full)**0.5*SPACING/VELOCITY)
        self.block = {}

    def run(self, steps, **more):
        """Rates of one run, of the grid sweep and of the whole time loop, in GPts/s."""
        summary = self.operator.apply(dt=self.dt, time_m=1, time_M=steps, **{**self.block, **more})
        seconds = [entry.time for entry in summary.values()]
        sweep = next(entry.time for key, entry in summary.items() if getattr(key, "name", key) == "section0")
        work = self.points*steps/1e9
        return {"gpts_per_s": work/sweep, "loop_gpts_per_s": work/sum(seconds)}

    def tune(self):
        """Chooses the block shape: Devito's autotuner's, unless another one is faster."""
        # One name for each blocked axis, the outermost first: x0_blk0_size, y0_blk0_size.
        names = sorted(p.name for p in self.operator.parameters if p.name.endswith("_blk0_size"))
        if not names:
            return  # Devito does not block this loop nest
        steps = max(2, min(self.args.steps, 4))
        rate = lambda block: max(self.run(steps, **block)["gpts_per_s"] for _ in range(2))
        sizes = [[s for s in (4, 8, 16, 32, 64, 128) if s <= n] for _, n in zip(names, self.full)]
        candidates = [self.autotuned(names)] + [dict(zip(names, block)) for block in itertools.product(*sizes)]
        # A broad look, then a closer one at the best: short runs are noisy.
        best = sorted(candidates, key=rate, reverse=True)[:5]
        closer = lambda block: max(self.run(self.args.steps, **block)["gpts_per_s"] for _ in range(2))
        self.block = max(best, key=closer)

    def autotuned(self, names):
        """The shape that Devito's own autotuner chooses."""
        self.operator.apply(dt=self.dt, time_m=1, time_M=self.args.steps, autotune=("aggressive", "preemptive"))
        chosen = self.operator._state["autotuning"][-1]["tuned"]
        return {name: int(chosen[name]) for name in names}


def sponge(shape, nbl, dtype):
    """Devito's absorbing profile, summed over axes and sides."""
    import numpy as np

    damp = np.zeros(shape, dtype=dtype)
    if nbl == 0:
        return damp
    distance = (nbl - np.arange(nbl) + 1)/nbl
    profile = 1.5*np.log(1000)/nbl*(distance - np.sin(2*np.pi*distance)/(2*np.pi))/SPACING
    for axis, n in enumerate(shape):
        line = np.zeros(n)
        line[:nbl] += profile
        line[n - nbl:] += profile[::-1]
        damp += line.reshape([n if a == axis else 1 for a in range(len(shape))]).astype(dtype)
    return damp


def measure(args, say):
    try:
        import devito
    except ImportError as e:
        say({"error": str(e), "hint": "pip install devito"})
        return 3
    case = Acoustic(args)
    case.run(1)
    facts = {"version": devito.__version__, "time_to_first_step_s": time.perf_counter() - START}
    case.tune()
    facts.update(shape=args.shape, nbl=args.nbl, so=args.so, dtype=args.dtype, steps=args.steps, threads=args.threads,
                 block=case.block)
    if args.serve:
        say({"ready": True, **facts})
        for line in sys.stdin:
            if line.strip() == "quit":
                break
            if line.strip() == "run":
                say(case.run(args.steps))
        return 0
    runs = [case.run(args.steps) for _ in range(max(args.repeat, 1))]
    best = {key: max(r[key] for r in runs) for key in runs[0]}
    say({**facts, **best})
    return 0


def main():
    args = arguments()
    # Devito and the compilers may print too: they get standard error.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def say(answer):
        print(json.dumps({k: round(v, 4) if isinstance(v, float) else v for k, v in answer.items()}), file=answers, flush=True)

    cache = tempfile.mkdtemp(prefix="courant-devito-")
    prepare_environment(args, cache)
    try:
        return measure(args, say)
    except Exception as e:
        say({"error": f"{type(e).__name__}: {e}", "hint": "Devito is installed but failed; does its compiler work?"})
        return 3
    finally:
        with contextlib.suppress(OSError):
            shutil.rmtree(cache)


if __name__ == "__main__":
    sys.exit(main())
