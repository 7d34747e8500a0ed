"""Time blocks and networks against their memory traffic, and store the ratios.

    .venv/bin/python book/costs/measure.py

Every round times every subject once, one after the other, and divides by the time of the reference
in the same round; stored are the medians over the rounds. One thread, processor time, forward
passes without autograd. The allocator keeps what it frees, so that fresh pages cost nothing.
"""

import json
import math
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from scse import UNet, cSE, find_blocks, scSE, sSE
from scse.benchmark import Blog
from scse.costs import block

OUT = Path(__file__).with_name("times.json")
KEEP = {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": str(2**40)}  # of glibc
ROUNDS = 41
SHAPES = [(4, 64, 128, 128), (16, 8, 128, 128), (16, 256, 24, 24), (1, 64, 256, 256), (1, 64, 8, 8)]
NETWORKS = [(8, 8), (64, 1)]  # width and batch


class Corner(nn.Module):
    """The MACs of a block, as a 3×3 convolution of a corner of the map; the map goes through."""

    def __init__(self, channels: int, positions: int) -> None:
        super().__init__()
        wanted = block("add", channels, positions).macs / (9 * channels**2)
        self.rows = max(1, round(math.sqrt(wanted)))
        self.columns = max(1, round(wanted / self.rows))
        self.convolution = nn.Conv2d(channels, channels, 3, padding=1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        self.convolution(x[:, :, : self.rows, : self.columns])
        return x


class Copies(nn.Module):
    """The six passes of the package's block without its arithmetic: three copies."""

    def forward(self, x: Tensor) -> Tensor:
        return x.clone().clone().clone()


class Start(nn.Module):
    """The operations of a block on four positions: hardly anything is left but their start."""

    def __init__(self, block: nn.Module) -> None:
        super().__init__()
        self.block = block

    def forward(self, x: Tensor) -> Tensor:
        self.block(x[:, :, :2, :2].contiguous())
        return x


def interleaved(subjects: dict[str, Callable[[Tensor], Any]], x: Tensor) -> dict[str, list[float]]:
    """Subject → its seconds in each round, the mean of several calls if they are short."""
    times: dict[str, list[float]] = {name: [] for name in subjects}
    for call in subjects.values():
        call(x)
    for _ in range(ROUNDS):
        for name, call in subjects.items():
            begun = time.process_time()
            count = 0
            while time.process_time() - begun < 0.004:
                call(x)
                count += 1
            times[name].append((time.process_time() - begun) / count)
    return times


def ratios(times: dict[str, list[float]], reference: str) -> dict[str, float]:
    return {
        name: round(statistics.median(a / b for a, b in zip(own, times[reference], strict=True)), 3)
        for name, own in times.items()
    }


def of_blocks(shape: tuple[int, ...]) -> dict[str, Any]:
    channels, positions = shape[1], shape[2] * shape[3]
    corner = Corner(channels, positions)
    x = torch.randn(shape)
    other = torch.randn(shape)
    subjects = {
        "copy": lambda x: x.clone(),
        "sum of two": lambda x: x + other,
        "scSE written out": Blog(channels, 2),
        "scSE": scSE(channels),
        "cSE": cSE(channels),
        "sSE": sSE(channels),
        "convolution": nn.Conv2d(channels, channels, 3, padding=1, bias=False),
        "corner": corner,
    }
    size = [corner.rows, corner.columns]
    return {"shape": shape, "corner": size, "times": ratios(interleaved(subjects, x), "copy")}


def of_network(width: int, batch: int) -> dict[str, Any]:
    nets = {}
    for name in ("plain", "scSE", "corner", "copies", "start"):
        torch.manual_seed(0)
        net = UNet(1, 4, width=width).eval()
        x = torch.randn(batch, 1, 128, 128)
        if name != "scSE":
            for place in find_blocks(net):
                level = net.stages.index(place)
                side = 128 >> min(level, len(net.stages) - 1 - level)
                stage = net.get_submodule(place)
                stage.se = {
                    "plain": nn.Identity,
                    "copies": Copies,
                    "start": lambda block=stage.se: Start(block),
                    "corner": lambda c=stage.se.channels, s=side**2: Corner(c, s),
                }[name]()
        nets[name] = net
    times = ratios(interleaved(nets, x), "plain")
    return {"width": width, "batch": batch, "size": 128, "times": times}


@torch.no_grad()
def main() -> None:
    if any(os.environ.get(name) != value for name, value in KEEP.items()):
        os.execve(sys.executable, [sys.executable, __file__], {**os.environ, **KEEP})
    torch.set_num_threads(1)
    torch.manual_seed(0)
    run = {"torch": torch.__version__, "rounds": ROUNDS, "threads": 1, "clock": "cpu"}
    run["blocks"] = [of_blocks(shape) for shape in SHAPES]
    run["networks"] = [of_network(*which) for which in NETWORKS]
    OUT.write_text(json.dumps(run, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
