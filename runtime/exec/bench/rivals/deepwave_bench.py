#!/usr/bin/env python3
"""Time Deepwave's gradient of the acoustic wave equation, for comparison: see turns.py
for how.

One shot with the same number of points, steps and receivers, the same order in space,
and the derivative by the velocity of half the sum of the squared records. The time
step is small enough that Deepwave does not divide it, and its layers are perfectly
matched ones, which compute more than a sponge.
"""
import time

START = time.perf_counter()  # before the slow imports: they are part of the first step

import math
import sys

import turns

VELOCITY = 2.0  # m/ms


class Gradient:
    def __init__(self, args):
        import torch

        self.torch, self.args = torch, args
        torch.set_num_threads(args.threads)
        # Deepwave bounds the step by the wave number that a grid can hold.
        dt = 0.3/math.sqrt(len(args.shape))*turns.SPACING/VELOCITY
        dtype = getattr(torch, turns.DTYPES[args.dtype])
        self.velocity = torch.full(args.shape, VELOCITY, dtype=dtype, requires_grad=True)
        source, receivers = turns.at_points(args)
        inside = lambda at: [int(x) - args.nbl for x in at]
        wavelet = torch.exp(-((torch.arange(args.steps, dtype=dtype) - args.steps/2)/4)**2)
        self.arguments = dict(
            grid_spacing=turns.SPACING, dt=dt, accuracy=args.so, pml_width=args.nbl, pml_freq=0.02, max_vel=VELOCITY,
            source_amplitudes=wavelet.reshape(1, 1, -1), source_locations=torch.tensor([[inside(source)]]),
            receiver_locations=torch.tensor([[inside(r) for r in receivers]]))
        self.points = math.prod(n + 2*args.nbl for n in args.shape)
        turns.require_memory(args.steps*self.points*torch.finfo(dtype).bits//8, f"the {args.steps} saved levels of Deepwave")

    def evaluate(self):
        import deepwave

        self.velocity.grad = None
        out = deepwave.scalar(self.velocity, **self.arguments)
        (out[-1]**2).sum().div(2).backward()
        return out

    def first(self):
        out = self.evaluate()
        ratio = getattr(getattr(out, "info", None), "step_ratio", 1)
        if ratio != 1:
            raise RuntimeError(f"Deepwave takes {ratio} steps for each one, so the runs cannot be compared")

    def run(self):
        start = time.perf_counter()
        self.evaluate()
        return {"gpts_per_s": self.points*self.args.steps/1e9/(time.perf_counter() - start)}


def prepare(args):
    import deepwave

    task = Gradient(args)
    task.first()
    facts = {"version": deepwave.__version__, "time_to_first_step_s": time.perf_counter() - START}
    facts["used"] = [f"torch {task.torch.__version__} on the processor", "compiled propagator of second order in time, by the velocity",
                     "its boundary is a PML, which computes more than a sponge", "all levels kept in memory",
                     f"{task.torch.get_num_threads()} threads, each bound to a core"]
    return facts, task.run


def main():
    args = turns.arguments(__doc__.split("\n\n")[0], ["acoustic"])
    turns.bind_threads(args)
    return turns.serve(args, "deepwave", lambda: prepare(args))


if __name__ == "__main__":
    sys.exit(main())
