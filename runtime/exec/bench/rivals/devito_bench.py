#!/usr/bin/env python3
"""Time Devito's operators, for comparison: see turns.py for how, devito_physics.py for
what.

Devito is run at its best: OpenMP, its advanced optimisations, -march=native, arrays
padded to whole vectors or not, huge pages where the caller asked for them, and the best
block shape of its autotuner and of a search over shapes, whichever is faster. Rates
count all points, those of the absorbing layers included.
"""
import time

START = time.perf_counter()  # before the slow imports: they are part of the first step

import contextlib
import gc
import itertools
import os
import shutil
import sys
import tempfile

import turns

SIZES = (4, 8, 16, 32, 64, 128)  # of blocks


class Tuned:
    """An operator with the best block shape that was found."""

    def __init__(self, name, equations, physics, last):
        from devito import Operator

        self.physics, self.last = physics, last
        self.operator = Operator(equations, subs=physics.grid.spacing_map, name=name, opt="advanced")
        self.block = {}
        self.sections = loop_sections(self.operator)

    def apply(self, steps, **more):
        return self.operator.apply(dt=self.physics.dt, time_m=1, time_M=steps, **{**self.block, **more})

    def seconds(self, steps, **more):
        """Seconds of the time loop: of the grid alone, and with points."""
        summary = self.apply(steps, **more)
        grid = points = 0.0
        for key, entry in summary.items():
            kind = self.sections.get(getattr(key, "name", key))
            grid += entry.time if kind == "grid" else 0
            points += entry.time if kind == "points" else 0
        return grid, grid + points

    def tune(self, mode):
        """Chooses block shapes: Devito's autotuner's, unless others are faster."""
        # x0_blk0_size, y0_blk0_size, x1_blk0_size, ...: one nest of loops for each number
        # behind the axis. Nests are searched one after the other.
        names = sorted(p.name for p in self.operator.parameters if p.name.endswith("_blk0_size"))
        if not names:
            return  # Devito does not block these loops
        self.block = self.autotuned(names, mode)
        steps = max(1, min(self.last, 4))
        nests = {}
        for name in names:
            nests.setdefault(name.split("_")[0].lstrip("xyz"), []).append(name)
        for nest in nests.values():
            sizes = [[s for s in SIZES if s <= n] or [SIZES[0]] for _, n in zip(nest, self.physics.shape)]
            chosen = {name: self.block[name] for name in nest}
            candidates = [chosen] + [dict(zip(nest, block)) for block in itertools.product(*sizes)]
            time_of = lambda block, steps=steps: min(self.seconds(steps, **block)[0] for _ in range(2))
            # A broad look, then a closer one at the best: short runs are noisy.
            best = sorted(candidates, key=time_of)[:5]
            self.block.update(min(best, key=lambda block: time_of(block, self.last)))

    def autotuned(self, names, mode):
        """The shapes that Devito's own autotuner chooses."""
        self.operator.apply(dt=self.physics.dt, time_m=1, time_M=self.last, autotune=("aggressive", mode))
        chosen = self.operator._state["autotuning"][-1].get("tuned", {})
        return {name: int(chosen.get(name, 8)) for name in names}


def loop_sections(operator):
    """What the timed sections of the time loop do, by name: "grid" or "points". Those
    before it, such as the sines of angles, are carried out once and count for nothing."""
    from devito.ir.iet import FindNodes, FindSymbols, Iteration, Section

    kinds = {}
    for loop in FindNodes(Iteration).visit(operator):
        if not loop.dim.is_Time:
            continue
        for section in FindNodes(Section).visit(loop):
            sparse = any(getattr(f, "is_SparseFunction", False) for f in FindSymbols().visit(section))
            kinds[section.name] = "points" if sparse else "grid"
    if "grid" not in kinds.values():
        raise RuntimeError(f"the time loop of {operator.name} has no section for the grid; this Devito is not known")
    return kinds


class Steps:
    """Steps of a forward run."""

    def __init__(self, physics, args):
        self.physics, self.args = physics, args
        self.forward = Tuned("Forward", physics.forward(), physics, args.steps)

    def first(self):
        self.forward.apply(1)

    def trial(self):
        return min(self.forward.seconds(min(self.args.steps, 4))[0] for _ in range(3))

    def tune(self):
        self.forward.tune("preemptive")
        return self.forward.block

    def run(self):
        self.forward.apply(1)  # brings what fits there to the caches, as Courant's turn does
        work = self.physics.points*self.args.steps/1e9
        grid, all = self.forward.seconds(self.args.steps)
        return {"gpts_per_s": work/grid, "loop_gpts_per_s": work/all}


class Gradient:
    """Whole gradients of a shot: the forward run with all levels saved, the adjoint of
    its records, and the image, as in Devito's examples."""

    def __init__(self, physics, args):
        import numpy as np

        self.physics, self.args = physics, args
        turns.require_memory(physics.saved*physics.levels*physics.points*np.dtype(physics.dtype).itemsize,
                             f"the {physics.levels} saved levels of Devito's wavefields")
        self.forward = Tuned("Forward", physics.forward(saved=True), physics, args.steps)
        self.backward = Tuned("Gradient", physics.backward(), physics, args.steps)

    def first(self):
        self.forward.apply(1)

    def trial(self):
        steps = min(self.args.steps, 4)
        return min(self.forward.seconds(steps)[0] + self.backward.seconds(steps)[0] for _ in range(3))

    def tune(self):
        # The preemptive mode copies the saved levels; runs begin from zeros anyway.
        self.forward.tune("destructive")
        self.backward.tune("destructive")
        self.run()  # as Courant's first gradient, which gets the memory, does not count
        return {"forward": self.forward.block, "gradient": self.backward.block}

    def run(self):
        start = time.perf_counter()
        for field in [*self.physics.adjoints, self.physics.image]:
            field.data_with_halo[:] = 0
        self.forward.apply(self.args.steps)
        self.backward.apply(self.args.steps)
        return {"gpts_per_s": self.physics.points*self.args.steps/1e9/(time.perf_counter() - start)}


def used(args, block):
    """What was done to make Devito fast, in words."""
    from devito import configuration

    blocked = any(block.values()) if args.gradient else block
    facts = ["OpenMP", "advanced mode",
             "arrays padded to whole vectors" if configuration["autopadding"] else "arrays not padded, which was faster",
             "the best of its autotuner and a search over block shapes" if blocked else "loops that Devito does not block",
             f"threads bound ({os.environ['OMP_PROC_BIND']}, {os.environ['OMP_PLACES']})"]
    facts.append("huge pages" if huge_pages() else "no huge pages: the system gave none")
    compiler = configuration["compiler"]
    wide = [flag for flag in compiler.cflags if flag.startswith("-mprefer-vector-width")]
    facts.append(" ".join([str(compiler.CC), str(compiler.version), *wide]))
    if args.gradient:
        facts.append("all levels of the wavefields saved")
    return facts


def huge_pages():
    """Whether the memory of this process is, in part at least, in huge pages."""
    with contextlib.suppress(OSError):
        with open("/proc/self/smaps_rollup") as f:
            return any(line.startswith("AnonHugePages:") and int(line.split()[1]) > 0 for line in f)
    return False


def widen_vectors():
    """Whole AVX-512 vectors where the processor has them: gcc would take half of one.
    Recent releases of Devito say so themselves."""
    from devito import configuration

    compiler = configuration["compiler"]
    with contextlib.suppress(OSError):
        with open("/proc/cpuinfo") as f:
            wide = " avx512f " in f.read().replace("\n", " ")
        if wide and "gcc" in str(compiler.CC) and not any(flag.startswith("-mprefer-vector-width") for flag in compiler.cflags):
            compiler.cflags.append("-mprefer-vector-width=512")


def prepare(args):
    import devito
    import numpy

    widen_vectors()
    from devito_physics import PHYSICS

    def begin(padding):
        devito.configuration["autopadding"] = padding
        task = (Gradient if args.gradient else Steps)(PHYSICS[args.operator](args), args)
        task.first()
        return task

    # Of padded arrays gcc 12 makes vectors in some loops and none in others.
    seconds, facts = {}, {"version": devito.__version__}
    for padding in getattr(numpy, turns.DTYPES[args.dtype]), False:
        task = begin(padding)
        facts.setdefault("time_to_first_step_s", time.perf_counter() - START)
        seconds[padding] = task.trial()
        del task  # before the next one takes its memory
        gc.collect()
    task = begin(min(seconds, key=seconds.get))
    facts["block"] = task.tune()
    facts["used"] = used(args, facts["block"])
    return facts, task.run


def main():
    args = turns.arguments(__doc__.split("\n\n")[0], ["acoustic", "tti", "elastic", "viscoelastic"])
    turns.bind_threads(args)
    cache = tempfile.mkdtemp(prefix="courant-devito-")
    # Devito keeps its compiled code there: an empty place makes a cold start.
    os.environ.update(DEVITO_LANGUAGE="openmp", DEVITO_LOGGING="ERROR", TMPDIR=cache)
    tempfile.tempdir = cache
    try:
        return turns.serve(args, "devito", lambda: prepare(args))
    finally:
        with contextlib.suppress(OSError):
            shutil.rmtree(cache)


if __name__ == "__main__":
    sys.exit(main())
