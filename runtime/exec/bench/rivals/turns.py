"""Measurements in turns with another program.

A script reads what to measure from its command line, makes ready, and prints one
line of JSON that says so. Then it measures once for each line "run" on standard
input and prints one line for each, until "quit": so a caller can take turns with it
on a machine that is not always equally fast. Without --serve it measures --repeat
times by itself.
"""
import argparse
import json
import os
import sys

DTYPES = {"f32": "float32", "f64": "float64"}
SPACING = 10.0  # m; it does not matter for speed, nor do the values of parameters


def arguments(description, operators):
    def shape(text):
        return tuple(int(n) for n in text.split(","))

    p = argparse.ArgumentParser(description=description)
    p.add_argument("--operator", choices=operators, default="acoustic")
    p.add_argument("--gradient", action="store_true", help="measure whole gradients of a shot in place of steps")
    p.add_argument("--shape", type=shape, default=(320, 320, 320), help="interior points per axis")
    p.add_argument("--nbl", type=int, default=40, help="points of absorbing layer on each side")
    p.add_argument("--so", type=int, default=8, help="space order")
    p.add_argument("--steps", type=int, default=20, help="time steps of a run")
    p.add_argument("--repeat", type=int, default=3, help="measurements without --serve")
    p.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    p.add_argument("--dtype", choices=DTYPES, default="f32")
    p.add_argument("--serve", action="store_true", help="measure on request")
    a = p.parse_args()
    if not 1 <= len(a.shape) <= 3 or min(a.shape) < 1 or min(a.so, a.steps, a.repeat, a.threads) < 1 or a.nbl < 0:
        p.error("the shape needs one to three positive numbers, the layers 0 points or more, and the others at least 1")
    return a


def bind_threads(args):
    """Each thread gets a core of its own, unless the caller chose otherwise. OpenMP
    reads this when it starts, so it comes before all imports."""
    os.environ["OMP_NUM_THREADS"] = str(args.threads)
    os.environ.setdefault("OMP_PROC_BIND", "close")
    os.environ.setdefault("OMP_PLACES", "cores")


def serve(args, name, prepare):
    """Answers requests. prepare() gives the facts of the first answer and a function
    that measures once; its faults become an answer with a hint."""
    # Libraries and compilers may print too: they get standard error.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def say(answer):
        print(json.dumps({k: round(v, 6) if isinstance(v, float) else v for k, v in answer.items()}), file=answers, flush=True)

    try:
        facts, run = prepare()
        say({"ready": True, **facts})
        requests = sys.stdin if args.serve else ["run"]*args.repeat
        for line in requests:
            if line.strip() == "quit":
                break
            if line.strip() == "run":
                say(run())
        return 0
    except ImportError as e:
        say({"error": str(e), "hint": f"pip install {name}"})
    except MemoryError as e:
        say({"error": str(e), "hint": "choose a smaller grid or fewer steps"})
    except Exception as e:
        say({"error": f"{type(e).__name__}: {e}", "hint": f"{name} is installed but failed; does its compiler work?"})
    return 3


def at_points(args):
    """Grid indices of the source, in the middle, and of the receivers two points below
    the surface: on a line along the first axis for a gradient, otherwise on a carpet.
    They count the layers."""
    import itertools

    source = [args.nbl + (n - 1)/2 for n in args.shape]
    inner = args.shape[:-1]
    if args.gradient:
        lines = [range(n) if a == 0 else [(n - 1)/2] for a, n in enumerate(inner)]
    else:
        lines = [range(n) for n in inner]
    depth = min(2, args.shape[-1] - 1)
    receivers = [[args.nbl + x for x in (*at, depth)] for at in itertools.product(*lines)]
    return source, receivers


def available_memory():
    """Bytes that can be taken without swapping; None where the system does not tell."""
    try:
        with open("/proc/meminfo") as f:
            for line in f:
                if line.startswith("MemAvailable:"):
                    return int(line.split()[1])*1024
    except OSError:
        pass
    return None


def require_memory(bytes, what):
    have = available_memory()
    if have is not None and bytes > 0.9*have:
        raise MemoryError(f"{what} take {bytes/2**30:.1f} GiB of memory, and {have/2**30:.1f} GiB are available")
