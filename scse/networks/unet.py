"""U-Net: Ronneberger et al., MICCAI 2015, with the blocks placed as in Roy et al., MICCAI 2018."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from scse.networks._encoder_decoder import Config, Network


def two_convolutions(into: int, channels: int) -> nn.Sequential:
    """Two 3×3 convolutions, each with batch norm and ReLU."""
    return nn.Sequential(
        nn.Conv2d(into, channels, 3, padding=1, bias=False),
        nn.BatchNorm2d(channels),
        nn.ReLU(inplace=True),
        nn.Conv2d(channels, channels, 3, padding=1, bias=False),
        nn.BatchNorm2d(channels),
        nn.ReLU(inplace=True),
    )


class UNet(Network):
    """U-Net for 2-D segmentation.

    The authors run no block at the bottleneck (in the code that they have released, which has no
    U-Net, see `QuickNAT`); the one here is ours.

    Args:
        in_channels: channels of the image.
        classes: channels of the logits.
        width: channels of the first stage; each stage below has twice as many.
        depth: stages from the image to the bottleneck, both counted.
        se: ``"scse"``, ``"cse"``, ``"sse"`` or ``None`` (plain U-Net).
        r: reduction ratio of the channel branch.
        combine: how scSE joins its branches, see `scSE`.
        bottleneck_block: whether the bottleneck has a block, too.

    Shape:
        ``(N, in_channels, H, W)`` to logits ``(N, classes, H, W)``; H and W must be multiples
        of ``2**(depth - 1)``.

    Raises:
        TypeError: a size that is not an integer, a ``bottleneck_block`` that is not a bool, an
            image that is not a tensor.
        ValueError: an unknown ``se`` or ``combine``, a size below one, an image of the wrong
            rank, channel count or size.

    The stages are attributes with names to say aloud: ``encoder1`` … ``bottleneck`` …
    ``decoder1``. ``stages`` lists them in the order in which an image meets them.
    """

    def __init__(
        self,
        in_channels: int,
        classes: int,
        width: int = 8,
        depth: int = 4,
        se: str | None = "scse",
        r: int = 2,
        combine: str = "add",
        bottleneck_block: bool = True,
    ) -> None:
        config: Config = {
            "in_channels": in_channels,
            "classes": classes,
            "width": width,
            "depth": depth,
            "se": se,
            "r": r,
            "combine": combine,
        }
        if not bottleneck_block:
            config["bottleneck_block"] = False
        super().__init__(config, bottleneck_block)

    def _width(self, level: int) -> int:
        return self.config["width"] << level

    def _convolutions(self, into: int, channels: int) -> nn.Module:
        return two_convolutions(into, channels)

    def _pool(self, x: Tensor) -> tuple[Tensor, Tensor | None]:
        return F.max_pool2d(x, 2), None

    def _join(self, x: Tensor, skip: Tensor, places: Tensor | None) -> Tensor:
        return torch.cat([F.interpolate(x, scale_factor=2.0, mode="nearest"), skip], dim=1)

    _fitting = "multiples of"

    def _fits(self, height: int, width: int, step: int) -> bool:
        return height % step == width % step == 0 not in (height, width)
