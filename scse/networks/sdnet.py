"""SD-Net (skip-deconvolution network), as far as its authors' code tells."""

from torch import nn

from scse.networks._unpooling import UnpoolingNetwork


class SDNet(UnpoolingNetwork):
    """SD-Net for 2-D segmentation, with the blocks of Roy et al., MICCAI 2018.

    A stage is one k×k convolution, PReLU, batch norm (the activation comes *before* the norm),
    the block, dropout; then 2×2 max pooling that keeps the places of its maxima. A decoder unpools
    to these places and puts what the skip connection brings before it. So it is in the authors'
    SD-Net blocks, https://github.com/ai-med/nn-common-modules. A network made of them is in no code
    that they have released: five stages of 64 channels and kernels of 7×7 are our choice, the first
    two as in `QuickNAT`, and there is no count of parameters to compare with. As there, no block
    and no dropout at the bottleneck.

    Args:
        in_channels: channels of the image.
        classes: channels of the logits.
        width: channels of every stage; unpooling needs the same number at both ends.
        depth: stages from the image to the bottleneck, both counted.
        se: ``"scse"``, ``"cse"``, ``"sse"`` or ``None`` (plain SD-Net).
        r: reduction ratio of the channel branch.
        combine: how scSE joins its branches, see `scSE`; in the authors' code it is ``"max"``.
        bottleneck_block: whether the bottleneck has a block, too.
        kernel: side of the convolutions, an odd number; 7 if not given.
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

    >>> net = SDNet(1, 28, se=None)
    >>> f"{sum(p.numel() for p in net.parameters()):,}"
    '2,415,141'
    """

    _usual_kernel = 7

    def _convolutions(self, into: int, channels: int) -> nn.Module:
        kernel = self.config["kernel"]
        return nn.Sequential(
            nn.Conv2d(into, channels, kernel, padding=kernel // 2),
            nn.PReLU(),
            nn.BatchNorm2d(channels),
        )
