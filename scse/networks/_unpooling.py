"""What SD-Net and QuickNAT share: they unpool to where the maxima were, and drop channels.

Noh et al., *Learning Deconvolution Network for Semantic Segmentation*, ICCV 2015: a decoder puts
each value where the encoder of the same level found its maximum, and zeros elsewhere. So the maps
at both ends must have the same number of channels, and every stage of these networks has.
"""

from numbers import Real
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from scse._checks import positive
from scse.networks._encoder_decoder import Config, Network


def unpool(x: Tensor, places: Tensor, size: torch.Size) -> Tensor:
    """`torch.nn.MaxUnpool2d` of a 2×2 pooling, as one scatter.

    It is the same bit for bit, forward and back, has a deterministic implementation, which torch's
    lacks, and is one node in an ONNX file.

    Args:
        x: (N, C, h, w).
        places: of the same shape, where in the H·W pixels of its map each value belongs; none
            twice. `torch.nn.functional.max_pool2d` gives them with ``return_indices=True``.
        size: (N, C, H, W), the shape of what comes out.
    """
    zeros = x.new_zeros(size).flatten(2)  # (N, C, H·W)
    return zeros.scatter(2, places.flatten(2), x.flatten(2)).unflatten(2, size[2:])


class UnpoolingConfig(Config):
    """The arguments of a network that unpools."""

    kernel: int
    dropout: float


class UnpoolingNetwork(Network):
    """One width at all levels, unpooling by the encoder's indices, dropout after the blocks.

    The sizes of an image need not be multiples: pooling leaves an odd last row or column out, and
    unpooling, which knows the size of what comes by the skip connection, brings it back as zeros.
    """

    config: UnpoolingConfig
    unpools = True
    _usual_kernel: int

    def __init__(
        self,
        in_channels: int,
        classes: int,
        width: int = 64,
        depth: int = 5,
        se: str | None = "scse",
        r: int = 2,
        combine: str = "add",
        bottleneck_block: bool = False,
        kernel: int | None = None,
        dropout: float = 0.2,
    ) -> None:
        kernel = self._usual_kernel if kernel is None else positive("kernel", kernel)
        if kernel % 2 == 0:
            raise ValueError(f"kernel must be odd, got {kernel}")
        _check_dropout(dropout)
        config: UnpoolingConfig = {
            "in_channels": in_channels,
            "classes": classes,
            "width": width,
            "depth": depth,
            "se": se,
            "r": r,
            "combine": combine,
            "bottleneck_block": bottleneck_block,
            "kernel": kernel,
            "dropout": dropout,
        }
        super().__init__(config, bottleneck_block)

    def _dropout(self, name: str) -> nn.Module | None:
        p = self.config["dropout"]
        return nn.Dropout2d(p) if p > 0 and name != "bottleneck" else None

    def _pool(self, x: Tensor) -> tuple[Tensor, Tensor | None]:
        return F.max_pool2d(x, 2, return_indices=True)

    def _join(self, x: Tensor, skip: Tensor, places: Tensor | None) -> Tensor:
        assert places is not None  # `_pool` gave them
        return torch.cat([skip, unpool(x, places, skip.shape)], dim=1)

    _fitting = "at least"

    def _fits(self, height: int, width: int, step: int) -> bool:
        return min(height, width) >= step


def _check_dropout(p: Any) -> None:
    if not isinstance(p, Real) or isinstance(p, bool):
        raise TypeError(f"dropout must be a number, got {type(p).__name__} {p!r}")
    if not 0 <= float(p) < 1:
        raise ValueError(f"dropout must be at least 0 and below 1, got {p}")
