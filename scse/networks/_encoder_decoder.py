"""What the networks share: their arguments, their stages and the way of an image through them."""

from collections.abc import Callable
from typing import Any, TypedDict

import torch
from torch import Tensor, nn

from scse._checks import positive
from scse.blocks import cSE, scSE, sSE
from scse.rules import check_combine

# The kinds of block, and how one is made of channels, r and combine.
BLOCKS: dict[str | None, Callable[[int, int, str], nn.Module]] = {
    "scse": lambda channels, r, combine: scSE(channels, r=r, combine=combine),
    "cse": lambda channels, r, combine: cSE(channels, r=r),
    "sse": lambda channels, r, combine: sSE(channels),
    None: lambda channels, r, combine: nn.Identity(),
}
KINDS = tuple(BLOCKS)


class Stage(nn.Module):
    """The convolutions of a stage, its recalibration block, and dropout where there is any."""

    def __init__(
        self, convolutions: nn.Module, block: nn.Module, dropout: nn.Module | None = None
    ) -> None:
        super().__init__()
        self.convolutions = convolutions
        self.se = block
        self.dropout = dropout

    def forward(self, x: Tensor) -> Tensor:  # (N, in_channels, H, W)
        x = self.se(self.convolutions(x))  # (N, channels, H, W)
        return x if self.dropout is None else self.dropout(x)


class _Sizes(TypedDict):
    in_channels: int
    classes: int
    width: int
    depth: int
    se: str | None
    r: int
    combine: str


class Config(_Sizes, total=False):
    """The arguments of a network."""

    bottleneck_block: bool  # of a `UNet` only if it is False: most configs are older


class Network(nn.Module):
    """An encoder, a bottleneck and a decoder, with skip connections and a 1×1 convolution.

    What a network is of its own: the convolutions of a stage and its channels, how maps are made
    smaller and larger, and which sizes of an image it takes.
    """

    config: Config
    stages: tuple[str, ...]
    bottleneck: Stage
    head: nn.Conv2d
    name: str  # of one that `scse.load` has loaded
    unpools = False  # whether a decoder puts values back where their maxima were

    def __init__(self, config: Config, bottleneck_block: bool) -> None:
        super().__init__()
        for name in ("in_channels", "classes", "width", "depth", "r"):
            positive(name, config[name])
        if config["se"] not in KINDS:
            raise ValueError(f"se must be one of {KINDS}, got {config['se']!r}")
        check_combine(config["combine"])
        if not isinstance(bottleneck_block, bool):
            raise TypeError(
                "bottleneck_block must be True or False, got "
                f"{type(bottleneck_block).__name__} {bottleneck_block!r}"
            )
        self.config = config
        depth = config["depth"]
        down = [f"encoder{level}" for level in range(1, depth)]
        up = [f"decoder{level}" for level in range(depth - 1, 0, -1)]
        self.stages = (*down, "bottleneck", *up)

        widths = [self._width(level) for level in range(depth)]
        into = config["in_channels"]
        for name, channels in zip((*down, "bottleneck"), widths, strict=True):
            has_block = bottleneck_block or name != "bottleneck"
            self.add_module(name, self._stage(name, into, channels, has_block))
            into = channels
        for name, channels in zip(up, widths[-2::-1], strict=True):
            self.add_module(name, self._stage(name, into + channels, channels, True))
            into = channels
        self.head = nn.Conv2d(into, config["classes"], 1)

    def _stage(self, name: str, into: int, channels: int, has_block: bool) -> Stage:
        convolutions = self._convolutions(into, channels)  # before the block, which is random too
        kind = self.config["se"] if has_block else None
        block = BLOCKS[kind](channels, self.config["r"], self.config["combine"])
        return Stage(convolutions, block, self._dropout(name))

    def _width(self, level: int) -> int:
        """The channels of a stage, ``level`` poolings below the image."""
        return self.config["width"]

    def _convolutions(self, into: int, channels: int) -> nn.Module:
        """The convolutions of a stage: (N, into, H, W) → (N, channels, H, W)."""
        raise NotImplementedError

    def _dropout(self, name: str) -> nn.Module | None:
        """What follows the block of a stage."""
        return None

    def _pool(self, x: Tensor) -> tuple[Tensor, Tensor | None]:
        """Half the size, and the places of the maxima, if they are wanted on the way up."""
        raise NotImplementedError

    def _join(self, x: Tensor, skip: Tensor, places: Tensor | None) -> Tensor:
        """x from below in the size of what comes by the skip connection, and that beside it."""
        raise NotImplementedError

    def forward(self, x: Tensor) -> Tensor:  # (N, in_channels, H, W)
        self._check(x)
        middle = len(self.stages) // 2
        left: list[tuple[Tensor, Tensor | None]] = []  # by the encoders, for the decoders
        for name in self.stages[:middle]:
            skip = getattr(self, name)(x)  # (N, channels, H/2^k, W/2^k)
            x, places = self._pool(skip)
            left.append((skip, places))
        x = self.bottleneck(x)
        for name in self.stages[middle + 1 :]:
            x = getattr(self, name)(self._join(x, *left.pop()))
        return self.head(x)  # (N, classes, H, W)

    def _check(self, x: Any) -> None:
        if torch.compiler.is_compiling() or torch.jit.is_tracing() or isinstance(x, torch.fx.Proxy):
            return
        channels = self.config["in_channels"]
        if not isinstance(x, Tensor):
            raise TypeError(f"an image batch is a torch.Tensor, got {type(x).__name__}")
        if x.dim() != 4 or x.shape[1] != channels:
            raise ValueError(
                f"an image batch is (N, {channels}, H, W), got a tensor of shape {tuple(x.shape)}"
            )
        step, (height, width) = 2 ** (self.config["depth"] - 1), x.shape[2:]
        if not self._fits(height, width, step):
            raise ValueError(
                f"H and W must be {self._fitting} {step} (depth {self.config['depth']} halves them "
                f"{self.config['depth'] - 1} times), got {height}×{width}"
            )

    _fitting: str  # the words for what `_fits` asks

    def _fits(self, height: int, width: int, step: int) -> bool:
        """Whether an image of this size can be halved until one pixel stands for ``step``."""
        raise NotImplementedError
