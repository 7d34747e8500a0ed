"""The still figures of the chapters (matplotlib)."""

from contextlib import ExitStack
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from scse._extras import require
from scse.blocks import cSE, scSE, sSE
from scse.networks import Network
from scse.recording import Record
from scse.rules import BRANCHES
from scse.widgets._base import COLOURS, colour_map

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

plt = require("matplotlib.pyplot", "widgets")


def stages(rec: Record, image: Tensor, channels: int = 3) -> "Figure":
    """What a U-Net makes of an image: for each block the maps (N = 1) that vary most.

    ``rec`` is a `Record` of the network, ``image`` (H, W); each map is drawn between its own
    extremes.
    """
    columns = 1 + len(rec)
    figure, axes = plt.subplots(
        channels, columns, figsize=(1.35 * columns, 1.5 * channels), layout="constrained"
    )
    for ax in axes.flat:
        ax.axis("off")
    axes[0, 0].imshow(image, cmap="gray", interpolation="nearest")
    axes[0, 0].set_title(f"image\n{image.shape[0]}×{image.shape[1]}", fontsize=9)
    for column, name in zip(axes[:, 1:].T, rec, strict=True):
        output = rec[name].output
        assert output is not None  # only a gate without its block has none
        maps = output[0]  # (C, h, w)
        busiest = maps.flatten(1).std(1).argsort(descending=True)[:channels]
        for ax, k in zip(column, busiest.tolist(), strict=True):
            ax.imshow(maps[k], cmap="gray", interpolation="nearest")
        shape = f"{len(maps)} × {maps.shape[1]}×{maps.shape[2]}"
        column[0].set_title(f"{name}\n{shape}", fontsize=9)
    return figure


def filter_bank(image: Tensor, kernels: Tensor, maps: Tensor) -> "Figure":
    """The filters of a convolution of one image channel, and the map that each makes of it.

    ``image`` (H, W), ``kernels`` (C, k, k), ``maps`` (C, h, w). The filters share one scale, each
    map has its own; 0 is white, green is positive, purple negative.
    """
    columns = 1 + len(maps)
    figure, axes = plt.subplots(
        2, columns, figsize=(1.15 * columns, 2.6), layout="constrained", height_ratios=(1, 2)
    )
    for ax in axes.flat:
        ax.axis("off")
    axes[1, 0].imshow(image, cmap="gray", interpolation="nearest")
    axes[1, 0].set_title("image", fontsize=9)
    for k, (above, below) in enumerate(axes[:, 1:].T):
        for ax, values, of in ((above, kernels[k], kernels), (below, maps[k], maps[k])):
            end = of.abs().flatten().quantile(0.995).item()
            scale = {"vmin": -end, "vmax": end, "cmap": colour_map("difference")}
            ax.imshow(values, interpolation="nearest", **scale)
        below.set_title(f"channel {k + 1}", fontsize=9)
    return figure


def ranked(images: Tensor, scores: Tensor, spots: Tensor | None = None, count: int = 6) -> "Figure":
    """The images with the largest scores, those in the middle, and those with the smallest.

    ``images`` (N, H, W), ``scores`` (N,); ``spots`` (N, 2) are a row and a column to be marked in
    each; ``count`` a row.
    """
    order = scores.argsort(descending=True).tolist()
    middle = (len(order) - count) // 2
    rows = {
        "largest": order[:count],
        "middle": order[middle : middle + count],
        "smallest": order[-count:],
    }
    figure, axes = plt.subplots(
        len(rows), count, figsize=(1.25 * count + 0.5, 4.6), layout="constrained", squeeze=False
    )
    for line, (name, chosen) in zip(axes, rows.items(), strict=True):
        line[0].set_ylabel(name, fontsize=9)
        for ax, i in zip(line, chosen, strict=True):
            ax.imshow(images[i], cmap="gray", interpolation="nearest")
            ax.set_title(f"{scores[i]:.2f}", fontsize=8)
            ax.set(xticks=[], yticks=[])
            if spots is not None:
                row, column = spots[i].tolist()
                ax.plot(
                    column, row, "o", color="none", markeredgecolor=COLOURS["picked"], markersize=9
                )
    return figure


def network(net: Network, image: Tensor) -> "Figure":
    """A network as a diagram: its stages, the shape of what each puts out, its blocks, its skips.

    Args:
        net: a `UNet`, or another of `scse.networks`; it runs once.
        image: (N, in_channels, H, W).
    """
    shapes = _shapes(net, image)
    down = len(net.stages) // 2  # poolings on the way to the bottleneck
    width, height = 2.0, 1.5  # of the grid
    at = {name: (width * k, -height * min(k, 2 * down - k)) for k, name in enumerate(net.stages)}
    figure, ax = _canvas((-2.6, width * 2 * down + 2.6), (-height * down - 1.0, 0.8))
    for name, (x, y) in at.items():
        stage = net.get_submodule(name)
        if isinstance(stage.se, (cSE, sSE, scSE)):
            _box(ax, (x - 0.25, y), (1.0, 0.7), _layers(stage), COLOURS["field"])
            _box(ax, (x + 0.5, y), (0.5, 0.7), type(stage.se).__name__, *_colours_of(stage.se))
        else:
            _box(ax, (x, y), (1.5, 0.7), _layers(stage), COLOURS["field"])
        ax.text(x, y - 0.6, f"{name}\n{_size(shapes[name])}", ha="center", va="center", size=8)
    for k, (before, after) in enumerate(pairwise(net.stages)):
        (x, y), (x2, y2) = at[before], at[after]
        if y2 < y:
            start, end, text = (x + 0.75, y - 0.2), (x2, y2 + 0.35), "halved" if k == 0 else ""
        else:
            start, end = (x, y + 0.35), (x2 - 0.75, y2 - 0.2)
            text = ("unpooled" if net.unpools else "doubled") if k == 2 * down - 1 else ""
        _arrow(ax, start, end, text)
    for before, after in zip(net.stages[:down], reversed(net.stages), strict=False):
        start, end = (at[before][0] + 0.75, at[before][1]), (at[after][0] - 0.75, at[after][1])
        words = "skip connection" + (", and where the maxima were" if net.unpools else "")
        _arrow(ax, start, end, words if before == net.stages[0] else "", dashed=True)
    right = at[net.stages[-1]][0]
    _arrow(ax, (-1.5, 0), (-0.75, 0))
    ax.text(-1.6, 0, f"image\n{_size(image.shape)}", ha="right", va="center", size=8)
    _arrow(ax, (right + 0.75, 0), (right + 1.5, 0))
    ax.text(right + 1.6, 0, f"logits\n{_size(shapes['head'])}", ha="left", va="center", size=8)
    return figure


def block(block: cSE | sSE | scSE) -> "Figure":
    """A block as a diagram, with the sizes of its own layers."""
    channel, spatial = (getattr(block, branch, None) for branch in BRANCHES)
    both = channel is not None and spatial is not None
    figure, ax = _canvas((-1.4, 12.6), (-1.4, 1.4) if both else (-0.6, 0.6))
    maps = f"{block.channels} × H×W"
    ax.text(-0.7, 0, f"$U$\n{maps}", ha="center", va="center", size=9)
    _arrow(ax, (10.9 if both else 9.6, 0), (11.3, 0))
    ax.text(11.9, 0, f"$\\hat U$\n{maps}", ha="center", va="center", size=9)
    if channel is not None:
        steps = [
            ("mean over\nspace", f"$z$: {block.channels}"),
            ("$W_2$ (fc1)\nand ReLU", f"{channel.fc1.out_features}"),
            ("$W_1$ (fc2)", f"$\\hat z$: {block.channels}"),
            ("sigmoid", f"$c$: {block.channels}"),
        ]
        _branch(ax, 0.75 * both, "channel", steps, r"$c \odot U$")
    if spatial is not None:
        steps = [("$W_{sq}$: 1×1\nconvolution", "$q$: 1 × H×W"), ("sigmoid", "$s$: 1 × H×W")]
        _branch(ax, -0.75 * both, "space", steps, r"$s \odot U$")
    if both:
        _box(ax, (10.5, 0), (0.8, 0.7), str(block.combine), COLOURS["field"])
        for y in (0.75, -0.75):
            _arrow(ax, (9.6, y), (10.1, 0))
    return figure


def _layers(stage: nn.Module) -> str:
    """How many convolutions a stage has, and of which sizes."""
    layers = [module for module in stage.modules() if isinstance(module, nn.Conv2d)]
    sizes = dict.fromkeys(f"{height}×{width}" for height, width in (c.kernel_size for c in layers))
    return f"{len(layers)} conv\n{', '.join(sizes)}"


@torch.no_grad()
def _shapes(net: Network, image: Tensor) -> dict[str, torch.Size]:
    """What each stage and the head put out for an image."""
    shapes: dict[str, torch.Size] = {}
    with ExitStack() as stack:
        for name in (*net.stages, "head"):

            def keep(module: nn.Module, given: Any, output: Tensor, name: str = name) -> None:
                shapes[name] = output.shape

            stack.callback(net.get_submodule(name).register_forward_hook(keep).remove)
        net(image)
    return shapes


def _size(shape: torch.Size) -> str:
    _, channels, height, width = shape
    return f"{channels} × {height}×{width}"


def _colours_of(block: nn.Module) -> tuple[str, str]:
    """Fill and edge: orange for channels, blue for space."""
    channel, spatial = (hasattr(block, branch) for branch in BRANCHES)
    fill = COLOURS["channel-fill"] if channel else COLOURS["space-fill"]
    return fill, COLOURS["space"] if spatial else COLOURS["channel"]


def _canvas(across: tuple[float, float], up: tuple[float, float]) -> "tuple[Figure, Axes]":
    """An empty figure with these limits, 0.75 inches a unit."""
    size = 0.75 * (across[1] - across[0]), 0.75 * (up[1] - up[0])
    figure, ax = plt.subplots(figsize=size, layout="constrained")
    ax.axis("off")
    ax.set(xlim=across, ylim=up)
    return figure, ax


def _box(
    ax: "Axes",
    centre: tuple[float, float],
    size: tuple[float, float],
    text: str,
    fill: str,
    edge: str = COLOURS["soft"],
) -> None:
    (x, y), (width, height) = centre, size
    corner = x - width / 2, y - height / 2
    ax.add_patch(plt.Rectangle(corner, width, height, facecolor=fill, edgecolor=edge, linewidth=2))
    ax.text(x, y, text, ha="center", va="center", size=8)


def _arrow(
    ax: "Axes",
    start: tuple[float, float],
    end: tuple[float, float],
    text: str = "",
    dashed: bool = False,
) -> None:
    style = {"arrowstyle": "->", "color": COLOURS["soft"], "linestyle": "--" if dashed else "-"}
    ax.annotate("", end, start, arrowprops={**style, "shrinkA": 0, "shrinkB": 0})
    middle = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2 + 0.08
    side = "center" if start[1] == end[1] else "left" if start[1] > end[1] else "right"
    ax.text(*middle, text, ha=side, va="bottom", size=8)


def _branch(ax: "Axes", y: float, colour: str, steps: list[tuple[str, str]], gated: str) -> None:
    """From U through the steps (a text, and what comes out) to the gated map, at height ``y``."""
    _arrow(ax, (-0.1, 0), (0.4, y))
    for k, (text, result) in enumerate(steps):
        x = 0.4 + 2.15 * k
        _box(ax, (x + 0.55, y), (1.1, 0.7), text, COLOURS["paper"], COLOURS[colour])
        last = k == len(steps) - 1
        _arrow(ax, (x + 1.1, y), (8.7 if last else x + 2.15, y), result)
    _box(ax, (9.15, y), (0.9, 0.7), gated, COLOURS[f"{colour}-fill"], COLOURS[colour])
