"""Receptive fields of a `UNet` or another of `scse.networks`: which pixels of the image a pixel of
a stage depends on.

The theoretical field follows from the layers alone, `window`. How much each of its pixels counts,
for a trained network and an image, is read off gradients: `energy`, and `side` of what holds most
of it. See Luo et al., *Understanding the Effective Receptive Field in Deep Convolutional Neural
Networks*, NeurIPS 2016.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

import torch
from torch import Tensor, nn

from scse._undisturbed import evaluating
from scse.networks import Network
from scse.recording import BlockRecord, find_blocks, override, record

SHARE = 0.9  # of the squared gradient, in the square that `side` measures


def reaches(net: Network) -> list[int]:
    """How far the convolutions of each stage reach, in pixels of that stage: half of k − 1, added
    up."""
    found = []
    for name in net.stages:
        layers = net.get_submodule(name).modules()
        kernels = [layer.kernel_size for layer in layers if isinstance(layer, nn.Conv2d)]
        found.append(sum((kernel[0] - 1) // 2 for kernel in kernels))
    return found


def window(reach: Sequence[int], stage: int, at: int) -> tuple[int, int]:
    """First and last row of the image that row ``at`` of a stage sees, gates held still.

    The same for columns. What lies beyond the border of the image is counted too.

    Args:
        reach: what `reaches` says of the network.
        stage: which of its stages, counted from 0.
        at: a row of that stage's maps.
    """
    first, last = at - reach[stage], at + reach[stage]
    if stage == 0:
        return first, last
    if stage <= len(reach) // 2:  # below a 2×2 pooling
        return window(reach, stage - 1, 2 * first)[0], window(reach, stage - 1, 2 * last + 1)[1]
    # Above nearest upsampling or unpooling, and beside the skip connection.
    below = [window(reach, stage - 1, row // 2) for row in (first, last)]
    beside = [window(reach, len(reach) - 1 - stage, row) for row in (first, last)]
    return min(below[0][0], beside[0][0]), max(below[1][1], beside[1][1])


def step(stages: int, stage: int) -> int:
    """How many pixels of the image, in a line, are one pixel of a stage."""
    return 2 ** min(stage, stages - 1 - stage)


def energy(
    net: Network, image: Tensor, name: str, pixels: Sequence[tuple[int, int]], still: bool = True
) -> Tensor:
    """The squared gradient of pixels of a stage, at every pixel of the image.

    At a pixel all channels of the stage's output are added up; their gradient is taken in
    evaluation mode, squared, and added up over the channels of the image.

    Args:
        net: the network.
        image: ``(1, in_channels, H, W)``.
        name: of a stage, a name in ``net.stages``.
        pixels: rows and columns of the stage's maps.
        still: whether the gates are held still: what they are is then a constant, and no gradient
            flows through them.

    Returns:
        ``(len(pixels), H, W)``, float64.

    Raises:
        ValueError: there is no such stage.
    """
    if name not in net.stages:
        raise ValueError(f"no stage {name!r}; the stages are {', '.join(net.stages)}")
    image = image.detach().clone().requires_grad_()
    with evaluating(net):
        own = record(net, image.detach()) if still and find_blocks(net) else {}
        with override(net, {block: _gates(part) for block, part in own.items()}):
            of = maps(net, image)[name]
    found = []
    for row, column in pixels:
        (gradient,) = torch.autograd.grad(of[0, :, row, column].sum(), image, retain_graph=True)
        found.append(gradient[0].double().square().sum(0))
    return torch.stack(found)


def maps(net: Network, image: Tensor) -> dict[str, Tensor]:
    """What each stage puts out for an image ``(N, in_channels, H, W)``, by the stage's name."""
    kept: dict[str, Tensor] = {}
    with ExitStack() as stack:
        for name in net.stages:

            def keep(module: nn.Module, given: Any, output: Tensor, name: str = name) -> None:
                kept[name] = output

            stack.callback(net.get_submodule(name).register_forward_hook(keep).remove)
        net(image)
    return kept


def _gates(part: BlockRecord) -> dict[str, Any]:
    named = {"channel": part.channel, "spatial": part.spatial}
    return {branch: gate for branch, gate in named.items() if gate is not None}


def side(energy: Tensor, corner: tuple[int, int], size: int, share: float = SHARE) -> int:
    """The side of the smallest square around a pixel that holds ``share`` of the energy.

    It grows on all sides alike, also beyond the border of the image.

    Args:
        energy: (H, W).
        corner, size: the square of the image that the pixel stands for, where it begins to grow:
            its first row and column, and its side.
        share: more than 0 and at most 1.
    """
    (top, left), total = corner, energy.sum()
    for more in range(max(energy.shape)):
        rows = slice(max(0, top - more), top + size + more)
        columns = slice(max(0, left - more), left + size + more)
        if energy[rows, columns].sum() >= share * total:
            return size + 2 * more
    return size + 2 * max(energy.shape)
