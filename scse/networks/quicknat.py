"""QuickNAT: a fully convolutional DenseNet, as in the code of its authors."""

import torch
from torch import Tensor, nn

from scse.networks._unpooling import UnpoolingNetwork


class DenseBlock(nn.Module):
    """Three convolutions, each of which sees the input and what those before it put out.

    The last is 1×1. Batch norm and PReLU come before a convolution; one PReLU, a single number,
    serves all three.
    """

    def __init__(self, in_channels: int, channels: int, kernel: int) -> None:
        super().__init__()
        self.norm1 = nn.BatchNorm2d(in_channels)
        self.conv1 = nn.Conv2d(in_channels, channels, kernel, padding=kernel // 2)
        self.norm2 = nn.BatchNorm2d(in_channels + channels)
        self.conv2 = nn.Conv2d(in_channels + channels, channels, kernel, padding=kernel // 2)
        self.norm3 = nn.BatchNorm2d(in_channels + 2 * channels)
        self.conv3 = nn.Conv2d(in_channels + 2 * channels, channels, 1)
        self.prelu = nn.PReLU()

    def forward(self, x: Tensor) -> Tensor:  # (N, in_channels, H, W)
        first = self.conv1(self.prelu(self.norm1(x)))  # (N, channels, H, W)
        x = torch.cat([x, first], dim=1)
        second = self.conv2(self.prelu(self.norm2(x)))
        x = torch.cat([x, second], dim=1)
        return self.conv3(self.prelu(self.norm3(x)))  # (N, channels, H, W)


class QuickNAT(UnpoolingNetwork):
    """The authors' fully convolutional DenseNet for 2-D segmentation: that of QuickNAT.

    A stage is a dense block, the recalibration block, dropout; then 2×2 max pooling that keeps
    the places of its maxima. A decoder unpools to these places and puts what the skip connection
    brings before it. Layers and sizes are those of the authors' code,
    https://github.com/ai-med/quickNAT_pytorch with the blocks of
    https://github.com/ai-med/nn-common-modules; so are its 3,516,971 parameters with 28 classes and
    no recalibration. The authors run no block at the bottleneck, though they build one, and no
    dropout. That it is the DenseNet of Roy et al., MICCAI 2018, is our reading: it is the only one
    that they have released.

    QuickNAT (Roy et al., NeuroImage 2019, https://arxiv.org/abs/1801.04161) is also a procedure:
    networks for several views, with a training on other labels before. This is the network alone.
    The FC-DenseNet of Jégou et al. is another one.

    Args:
        in_channels: channels of the image.
        classes: channels of the logits.
        width: channels of every stage; unpooling needs the same number at both ends.
        depth: stages from the image to the bottleneck, both counted.
        se: ``"scse"``, ``"cse"``, ``"sse"`` or ``None`` (plain QuickNAT).
        r: reduction ratio of the channel branch.
        combine: how scSE joins its branches, see `scSE`; in the authors' code it is ``"max"``.
        bottleneck_block: whether the bottleneck has a block, too.
        kernel: side of the first two convolutions of a dense block, an odd number; 5 if not given.
        dropout: probability with which a channel of a stage is zeroed in training; 0 for none.

    Shape:
        ``(N, in_channels, H, W)`` to logits ``(N, classes, H, W)``; H and W at least
        ``2**(depth - 1)``. They need not be multiples of it.

    Raises:
        TypeError: a size that is not an integer, a ``dropout`` that is no number, a
            ``bottleneck_block`` that is not a bool, an image that is not a tensor.
        ValueError: an unknown ``se`` or ``combine``, a size below one, an even ``kernel``, a
            ``dropout`` outside of 0 … 1, an image of the wrong rank, channel count or size.

    ``stages`` lists the names of its stages, as in `UNet`.

    >>> net = QuickNAT(1, 28, se=None)
    >>> f"{sum(p.numel() for p in net.parameters()):,}"
    '3,516,971'
    """

    _usual_kernel = 5

    def _convolutions(self, into: int, channels: int) -> nn.Module:
        return DenseBlock(into, channels, self.config["kernel"])
