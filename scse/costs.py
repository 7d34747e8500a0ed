"""What a block costs, as formulas: parameters, multiplications, passes over memory.

Of one map of C channels and S positions, with b = max(1, C // r) hidden units. One
multiply-accumulate, or one product, counts as one MAC; sums, sigmoids and batch norms are left
out. A pass is one reading or one writing of a tensor as large as the map. The formulas are checked
against the modules in tests/test_costs.py and in the chapter *What it costs*.
"""

from typing import NamedTuple

from scse._checks import positive
from scse.blocks import hidden_units

KINDS = ("cse", "sse", "add", "max", "mul", "concat")
"""The blocks: cSE (which is SE), sSE, and scSE by what joins its branches."""

WAYS = ("written", "package", "floor")
"""How a block is computed: a product for each branch, as one would write it; by this package; and
the fewest passes that the data dependence leaves, for a kernel written by hand."""

# Way -> kind -> passes over memory, forward and backward. The first two are counted, the floor is
# reasoned: the mean needs a reading of its own before any gate is known, a mask does not.
PASSES: dict[str, dict[str, tuple[int, int]]] = {
    "written": {
        "cse": (3, 10),
        "sse": (3, 11),
        "add": (9, 24),
        "max": (9, 54),
        "mul": (9, 30),
        "concat": (13, 29),
    },
    "package": {
        "cse": (3, 8),
        "sse": (3, 9),
        "add": (6, 14),
        "max": (9, 27),
        "mul": (9, 20),
        "concat": (13, 31),
    },
    "floor": {
        "cse": (3, 4),
        "sse": (2, 3),
        "add": (3, 4),
        "max": (3, 5),
        "mul": (3, 5),
        "concat": (3, 4),
    },
}


class Cost(NamedTuple):
    parameters: int
    macs: int


class Stage(NamedTuple):
    """A stage of a U-Net: its convolutions, and the block behind them."""

    name: str
    channels: int
    positions: int
    own: Cost
    block: Cost


def block(kind: str, channels: int, positions: int, r: int = 2, biases: bool = True) -> Cost:
    """Parameters and MACs of a block on one map (C, S).

    Raises:
        ValueError: unknown kind, or a size below one.
        TypeError: a size that is no integer.
    """
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}, got {kind!r}")
    for name, value in (("channels", channels), ("positions", positions), ("r", r)):
        positive(name, value)
    b, size = hidden_units(channels, r), channels * positions
    parameters = macs = 0
    if kind != "sse":
        parameters += 2 * channels * b + (channels + b if biases else 0)
        macs += 2 * channels * b
    if kind != "cse":
        parameters += channels + (1 if biases else 0)
        macs += size  # the projection
    # What is multiplied by the gates: x once, twice, or three times as c·s·x·x
    macs += {"cse": 1, "sse": 1, "add": 1, "max": 2, "mul": 3, "concat": 2}[kind] * size
    if kind == "concat":
        parameters += 2 * channels**2 + (channels if biases else 0)
        macs += 2 * channels**2 * positions
    return Cost(parameters, macs)


def convolution(channels: int, positions: int, kernel: int = 3, rank: int = 2) -> Cost:
    """A convolution C → C without biases on the same map; it reads the map once, writes it once."""
    weights = kernel**rank * channels**2
    return Cost(weights, weights * positions)


def traffic(passes: int, channels: int, positions: int, parameters: int, batch: int = 1) -> int:
    """Numbers moved: the maps of a batch at each pass, and the parameters once."""
    return passes * batch * channels * positions + parameters


def unet(
    kind: str,
    r: int = 2,
    *,
    width: int = 8,
    depth: int = 4,
    size: int = 128,
    rank: int = 2,
    kernel: int = 3,
    doubling: bool = True,
    bottleneck: bool = True,
    in_channels: int = 1,
    classes: int = 4,
    weights: bool = False,
) -> list[Stage]:
    """Every stage of a U-Net as `scse.UNet` is built, with the convolution at its end.

    Args:
        kind, r: of the blocks.
        width: channels of the first stage.
        depth: stages from the image to the bottleneck, both counted.
        size: side of the image, in each of ``rank`` directions.
        kernel: side of the two convolutions in each stage.
        doubling: whether each stage below has twice as many channels, or as many.
        bottleneck: whether there is a block at the bottleneck.
        weights: count the weights of convolutions and blocks alone: no biases, no batch norms and
            not the last convolution, which turns the maps into class scores.

    Raises:
        ValueError: unknown kind, a size below one, or an image that cannot be halved so often.
        TypeError: a size that is no integer.
    """
    sizes = {"width": width, "depth": depth, "size": size, "rank": rank, "kernel": kernel}
    for name, value in (sizes | {"in_channels": in_channels, "classes": classes}).items():
        positive(name, value)
    if size >> (depth - 1) < 1:
        raise ValueError(f"size must be {2 ** (depth - 1)} at least for depth {depth}, got {size}")
    stages = []
    names = [f"encoder{level + 1}" for level in range(depth - 1)] + ["bottleneck"]
    levels = list(range(depth)) + list(range(depth - 2, -1, -1))
    names += [f"decoder{level + 1}" for level in range(depth - 2, -1, -1)]
    before = in_channels
    for name, level in zip(names, levels, strict=True):
        channels = width << level if doubling else width
        if name.startswith("decoder"):
            before += channels  # what the skip connection brings
        positions = (size >> level) ** rank
        kernels = kernel**rank * (before + channels) * channels
        own = Cost(kernels + (0 if weights else 4 * channels), kernels * positions)
        nothing = name == "bottleneck" and not bottleneck
        cost = Cost(0, 0) if nothing else block(kind, channels, positions, r, not weights)
        stages.append(Stage(name, channels, positions, own, cost))
        before = channels
    head = 0 if weights else width * classes
    own = Cost(head + (0 if weights else classes), head * size**rank)
    stages.append(Stage("head", classes, size**rank, own, Cost(0, 0)))
    return stages
