"""How long the blocks take, as a ratio to the usual implementations.

    python -m scse.benchmark
    python -m scse.benchmark --shapes A 8,64,128,128 --rounds 21 --threads 1 --no-compile
    python -m scse.benchmark --shapes A B --threads 1 --clock cpu --no-compile \\
        --save book/benchmark.json

Absolute times depend on the machine and on what else it does, ratios hardly. Every round times
every subject once, one after the other, and divides by the time of its reference in the same
round; the table gives the median over the rounds. The reference is the code that blog posts share;
for the subjects named concat, which do C times the arithmetic, it is that code with the branches
concatenated, as one would write it out. Beside the times, in units of N (the bytes of x): what a
block saves for backward, and the most that is allocated at once during a training step, its
output and the gradient of x included. ``--save`` keeps the ratios in a file; the last line is what
wrote that of the book.
"""

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.graph import saved_tensors_hooks
from torch.profiler import ProfilerActivity, profile

from scse._command_line import unwritable, whole
from scse.blocks import COMBINE, cSE, scSE, sSE

Clock = Callable[[], float]  # seconds
Shape = tuple[int, ...]  # (N, C, *spatial)

COLUMNS = ["forward", "forward + backward", "saved", "peak"]  # of a table

SHAPES: dict[str, Shape] = {
    "A": (32, 256, 24, 24),
    "B": (8, 64, 128, 128),
    "C": (1, 64, 512, 512),
    "D": (2, 32, 64, 64, 64),
}


class Blog(nn.Module):
    """scSE as in the blog posts: a product for each branch, and their sum."""

    def __init__(self, channels: int, rank: int) -> None:
        super().__init__()
        conv = (nn.Conv1d, nn.Conv2d, nn.Conv3d)[rank - 1]
        pool = (nn.AdaptiveAvgPool1d, nn.AdaptiveAvgPool2d, nn.AdaptiveAvgPool3d)[rank - 1]
        self.avgpool = pool(1)
        self.Conv_Squeeze = conv(channels, channels // 2, 1, bias=False)
        self.Conv_Excitation = conv(channels // 2, channels, 1, bias=False)
        self.Conv1x1 = conv(channels, 1, 1, bias=False)

    def branches(self, U: Tensor) -> tuple[Tensor, Tensor]:
        z = self.Conv_Excitation(torch.relu(self.Conv_Squeeze(self.avgpool(U))))
        U_cse = U * torch.sigmoid(z).expand_as(U)
        U_sse = U * torch.sigmoid(self.Conv1x1(U))
        return U_cse, U_sse

    def forward(self, U: Tensor) -> Tensor:
        U_cse, U_sse = self.branches(U)
        return U_cse + U_sse


class BlogConcat(Blog):
    """The same with the branches concatenated, and a 1×1 convolution back to C channels."""

    def __init__(self, channels: int, rank: int) -> None:
        super().__init__(channels, rank)
        self.merge = type(self.Conv1x1)(2 * channels, channels, 1)

    def forward(self, U: Tensor) -> Tensor:
        return self.merge(torch.cat(self.branches(U), dim=1))


def plain(block: nn.Module) -> nn.Module:
    """The block without its fused path, which steps back where a gate carries a hook."""
    block.get_submodule("channel").register_forward_hook(lambda *_: None)
    return block


def reference_of(subject: str) -> str:
    """The subject to whose time that of another is divided."""
    return "blog concat" if "concat" in subject else "blog"


def subjects(shape: Shape, compiled: bool = True) -> dict[str, Callable[[], Any]]:
    """Name → a function that makes the module, the references first."""
    channels, rank = shape[1], len(shape) - 2
    table: dict[str, Callable[[], Any]] = {
        "blog": lambda: Blog(channels, rank),
        "blog concat": lambda: BlogConcat(channels, rank),
    }
    table |= {f"scSE {c}": partial(scSE, channels, combine=c) for c in COMBINE}
    table |= {"cSE": partial(cSE, channels), "sSE": partial(sSE, channels)}
    for c in ("add", "concat"):
        table[f"scSE {c}, plain path"] = partial(_plain_scse, channels, c)
    if compiled:
        for name in ("blog", "blog concat", *(f"scSE {c}" for c in COMBINE)):
            table[f"{name}, compiled"] = _compiling(table[name])
    return table


def _plain_scse(channels: int, combine: str) -> nn.Module:
    return plain(scSE(channels, combine=combine))


def _compiling(make: Callable[[], nn.Module]) -> Callable[[], Any]:
    return lambda: torch.compile(make(), dynamic=False)


def training_step(
    module: Callable[[Tensor], Tensor],
    x: Tensor,
    gradient: Tensor,
    clock: Clock = time.perf_counter,
) -> tuple[float, float]:
    """Forward and backward; returns the seconds of the first, and of both."""
    start = clock()
    y = module(x)
    middle = clock()
    y.backward(gradient)
    end = clock()
    x.grad = None
    return middle - start, end - start


def saved_bytes(module: nn.Module, x: Tensor) -> int:
    """The bytes that the module keeps for backward, each storage once, parameters left out."""
    known = {p.untyped_storage().data_ptr() for p in module.parameters()}
    storages = {}

    def pack(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in known:
            storages[storage.data_ptr()] = storage.nbytes()
        return tensor

    with saved_tensors_hooks(pack, lambda tensor: tensor):
        y = module(x)  # held until counted: an address must not be given out twice
    total = sum(storages.values())
    del y
    return total


def peak_bytes(step: Callable[[], Any]) -> int:
    """The most bytes that ``step()`` has allocated at once, as the CPU allocator reports them."""
    os.environ.setdefault("KINETO_LOG_LEVEL", "99")  # its notices go to stderr
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True, acc_events=True) as seen:
        step()
    events = [e for e in seen.profiler.kineto_results.events() if e.name() == "[memory]"]
    held = peak = 0
    for event in sorted(events, key=lambda e: e.start_ns()):
        held += event.nbytes()
        peak = max(peak, held)
    return peak


def measure(
    shape: Shape, rounds: int, compiled: bool = True, clock: Clock = time.perf_counter
) -> tuple[dict[str, tuple[float, ...]], dict[str, float]]:
    """What there is to tell of a shape.

    Returns:
        Subject → (forward, forward + backward, saved, peak): ratios to its reference, and units
        of N. Reference → seconds of forward + backward.
    """
    x = torch.randn(shape, requires_grad=True)
    gradient = torch.randn(shape)
    n = x.numel() * x.element_size()
    if compiled:
        torch.compiler.reset()  # else the modules of all shapes share one limit of recompilations
    modules = {name: make() for name, make in subjects(shape, compiled).items()}
    memory = {}
    for name, module in modules.items():
        training_step(module, x, gradient)  # warm up: compile, grow the allocator
        module.zero_grad()
        step = partial(training_step, module, x, gradient)
        memory[name] = saved_bytes(module, x) / n, peak_bytes(step) / n
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in modules}
    for _ in range(rounds):
        for name, module in modules.items():
            times[name].append(training_step(module, x, gradient, clock))
    rows = {}
    for name in modules:
        ratios = [
            [own / reference for own, reference in zip(a, b, strict=True)]
            for a, b in zip(times[name], times[reference_of(name)], strict=True)
        ]
        rows[name] = (*map(statistics.median, zip(*ratios, strict=True)), *memory[name])
    references = sorted({reference_of(name) for name in modules})
    return rows, {name: statistics.median(t for _, t in times[name]) for name in references}


def _rounded(rows: dict[str, tuple[float, ...]]) -> dict[str, list[float]]:
    return {subject: [round(value, 3) for value in row] for subject, row in rows.items()}


def _shape(text: str) -> tuple[str, Shape]:
    """The ``type`` of --shapes: (what it is called, its sizes)."""
    try:
        sizes = SHAPES.get(text) or tuple(int(size) for size in text.split(","))
    except ValueError:
        sizes = ()
    if not 3 <= len(sizes) <= 5 or min(sizes) < 1 or sizes[1] < 2:
        raise argparse.ArgumentTypeError(
            f"must be one of {', '.join(SHAPES)} or N,C and one to three sizes, with two channels "
            f"at least, such as 8,64,128,128; got {text!r}"
        )
    return text, sizes


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m scse.benchmark", description=__doc__.split("\n\n")[0]
    )
    parser.add_argument(
        "--shapes",
        nargs="+",
        type=_shape,
        default=list(SHAPES.items()),
        help=f"names ({', '.join(SHAPES)}) or sizes such as 8,64,128,128",
    )
    parser.add_argument("--rounds", type=whole(1), default=11)
    parser.add_argument("--threads", type=whole(1), default=2)
    parser.add_argument(
        "--clock",
        choices=("wall", "cpu"),
        default="wall",
        help="cpu: processor time, for a machine that is busy; use it with --threads 1",
    )
    parser.add_argument("--no-compile", action="store_true", help="leave torch.compile out")
    parser.add_argument("--save", type=Path, help="a JSON file for the ratios")
    args = parser.parse_args(argv)
    if args.save and (problem := unwritable("--save", args.save)):
        parser.error(problem)

    clock = {"wall": time.perf_counter, "cpu": time.process_time}[args.clock]
    torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    print(
        f"torch {torch.__version__}, {args.threads} threads, "
        f"{args.rounds} rounds, {args.clock} time, float32"
    )
    totals: dict[str, list[tuple[float, float]]] = {}
    saved_shapes: dict[str, Any] = {}
    for name, shape in args.shapes:
        rows, references = measure(shape, args.rounds, not args.no_compile, clock)
        n = torch.Size(shape).numel() * 4
        seconds = ", ".join(f"{name} {value * 1e3:.0f} ms" for name, value in references.items())
        print(f"\n{name}: x {shape}, N = {n / 1e6:.1f} MB, {seconds}")
        print(f"{'':24}{'forward':>9}{'fwd+bwd':>9}{'saved':>9}{'peak':>9}")
        for subject, (forward, both, saved, peak) in rows.items():
            print(f"{subject:24}{forward:9.2f}{both:9.2f}{saved:7.2f} N{peak:7.2f} N", flush=True)
            totals.setdefault(subject, []).append((forward, both))
        saved_shapes[name] = {"shape": list(shape), "rows": _rounded(rows)}
    if args.save:
        run = {"torch": torch.__version__, "rounds": args.rounds, "threads": args.threads}
        run |= {"clock": args.clock, "columns": COLUMNS, "shapes": saved_shapes}
        args.save.write_text(json.dumps(run, indent=1) + "\n", encoding="utf-8")
    print(f"\nGeometric mean over {len(args.shapes)} shapes")
    for subject, ratios in totals.items():
        forward, both = map(statistics.geometric_mean, zip(*ratios, strict=True))
        print(f"{subject:24}{forward:9.2f}{both:9.2f}")


if __name__ == "__main__":
    main()
