"""A U-Net with a squeeze & excitation block after every stage.

Ronneberger et al., MICCAI 2015, with the blocks placed as in Roy et al., MICCAI 2018, after every
encoder and every decoder; the skip connection leaves after the block. The block at the bottleneck
is ours.
"""

from collections.abc import Callable
from typing import Any, TypedDict

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from scse.blocks import _positive, cSE, scSE, sSE
from scse.rules import check_combine

_BLOCKS: dict[str | None, Callable[[int, int, str], nn.Module]] = {
    "scse": lambda channels, r, combine: scSE(channels, r=r, combine=combine),
    "cse": lambda channels, r, combine: cSE(channels, r=r),
    "sse": lambda channels, r, combine: sSE(channels),
    None: lambda channels, r, combine: nn.Identity(),
}
KINDS = tuple(_BLOCKS)


class Stage(nn.Module):
    """Two 3×3 convolutions, each with batch norm and ReLU, then a recalibration block."""

    def __init__(
        self, in_channels: int, channels: int, se: str | None, r: int, combine: str
    ) -> None:
        super().__init__()
        self.convolutions = nn.Sequential(
            nn.Conv2d(in_channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(inplace=True),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(inplace=True),
        )
        self.se = _BLOCKS[se](channels, r, combine)

    def forward(self, x: Tensor) -> Tensor:  # (N, in_channels, H, W)
        return self.se(self.convolutions(x))  # (N, channels, H, W)


class Config(TypedDict):
    """The arguments of a `UNet`."""

    in_channels: int
    classes: int
    width: int
    depth: int
    se: str | None
    r: int
    combine: str


class UNet(nn.Module):
    """U-Net for 2-D segmentation.

    Args:
        in_channels: channels of the image.
        classes: channels of the logits.
        width: channels of the first stage; each stage below has twice as many.
        depth: stages from the image to the bottleneck, both counted.
        se: ``"scse"``, ``"cse"``, ``"sse"`` or ``None`` (plain U-Net).
        r: reduction ratio of the channel branch.
        combine: how scSE joins its branches, see `scSE`.

    Shape:
        ``(N, in_channels, H, W)`` to logits ``(N, classes, H, W)``; H and W must be multiples
        of ``2**(depth - 1)``.

    Raises:
        TypeError: a size that is not an integer, an image that is not a tensor.
        ValueError: an unknown ``se`` or ``combine``, a size below one, an image of the wrong
            rank, channel count or size.

    The stages are attributes with names to say aloud: ``encoder1`` … ``bottleneck`` …
    ``decoder1``. ``stages`` lists them in the order in which an image meets them.
    """

    bottleneck: Stage
    name: str  # of one that `scse.load` has loaded

    def __init__(
        self,
        in_channels: int,
        classes: int,
        width: int = 8,
        depth: int = 4,
        se: str | None = "scse",
        r: int = 2,
        combine: str = "add",
    ) -> None:
        super().__init__()
        sizes = {"in_channels": in_channels, "classes": classes, "width": width, "depth": depth}
        for name, value in {**sizes, "r": r}.items():
            _positive(name, value)
        if se not in KINDS:
            raise ValueError(f"se must be one of {KINDS}, got {se!r}")
        check_combine(combine)
        self.config: Config = {
            "in_channels": in_channels,
            "classes": classes,
            "width": width,
            "depth": depth,
            "se": se,
            "r": r,
            "combine": combine,
        }
        down = [f"encoder{level}" for level in range(1, depth)]
        up = [f"decoder{level}" for level in range(depth - 1, 0, -1)]
        self.stages = (*down, "bottleneck", *up)

        channels = in_channels
        for level, name in enumerate((*down, "bottleneck")):
            self.add_module(name, Stage(channels, width << level, se, r, combine))
            channels = width << level
        for level, name in zip(range(depth - 2, -1, -1), up, strict=True):
            self.add_module(
                name, Stage(channels + (width << level), width << level, se, r, combine)
            )
            channels = width << level
        self.head = nn.Conv2d(width, classes, 1)

    def forward(self, x: Tensor) -> Tensor:  # (N, in_channels, H, W)
        self._check(x)
        middle = len(self.stages) // 2
        skips = []
        for name in self.stages[:middle]:
            x = getattr(self, name)(x)  # (N, width·2^k, H/2^k, W/2^k)
            skips.append(x)
            x = F.max_pool2d(x, 2)
        x = self.bottleneck(x)
        for name in self.stages[middle + 1 :]:
            x = F.interpolate(x, scale_factor=2.0, mode="nearest")
            x = getattr(self, name)(torch.cat([x, skips.pop()], dim=1))
        return self.head(x)  # (N, classes, H, W)

    def _check(self, x: Any) -> None:
        if torch.compiler.is_compiling() or torch.jit.is_tracing() or isinstance(x, torch.fx.Proxy):
            return
        channels, step = self.config["in_channels"], 2 ** (self.config["depth"] - 1)
        if not isinstance(x, torch.Tensor):
            raise TypeError(f"an image batch is a torch.Tensor, got {type(x).__name__}")
        if x.dim() != 4 or x.shape[1] != channels:
            raise ValueError(
                f"an image batch is (N, {channels}, H, W), got a tensor of shape {tuple(x.shape)}"
            )
        if x.shape[2] % step or x.shape[3] % step or 0 in x.shape[2:]:
            raise ValueError(
                f"H and W must be multiples of {step} (depth {self.config['depth']} halves them "
                f"{self.config['depth'] - 1} times), got {x.shape[2]}×{x.shape[3]}"
            )
