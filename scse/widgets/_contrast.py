"""What the two contrast figures share: runs with the gates of another picture, and an order."""

from typing import NamedTuple

import torch

from scse.recording import override, record
from scse.widgets import _base

MOVED = 0.2  # a gate that changes by more stands out


class Outcome(NamedTuple):
    gates: torch.Tensor  # (N, C), as used
    maps: torch.Tensor  # (N, H, W), uint8 class numbers
    classes: int


def run_with(net, images, block, gates=None):
    """Run images (N, channels, H, W), with ``gates`` (C,) or (N, C) in place of a block's own."""
    replaced = {} if gates is None else {block: {"channel": gates}}
    with _base.evaluating(net), override(net, replaced):
        recorded = record(net, images)
    logits = recorded.logits  # (N, classes, H, W)
    gates = recorded[block].channel.flatten(1).float().cpu()
    return Outcome(gates, logits.argmax(1).byte().cpu(), logits.shape[1])


def crop(label, maps, margin=4):
    """Slices (rows, columns) around all that is not background in the label or in any map.

    What is cut off is background in all of them: no Dice changes but that of the background.
    """
    seen = (label > 0) | (maps > 0).flatten(0, -3).any(0)
    slices = []
    for axis, length in ((1, seen.shape[0]), (0, seen.shape[1])):
        places = seen.any(axis).nonzero().flatten().tolist() or [0, length - 1]
        slices.append(slice(max(0, places[0] - margin), places[-1] + margin + 1))
    return tuple(slices)


def order(first, last):
    """Channel numbers: gates that fall from ``first`` to ``last``, that stay, that rise.

    Those that stay are sorted by their mean, which draws a curve rather than noise.
    """
    change = (last - first).tolist()
    mean = ((first + last) / 2).tolist()

    def key(k):
        if abs(change[k]) > MOVED:
            return (1 if change[k] > 0 else -1, change[k])
        return (0, -mean[k])

    return sorted(range(len(change)), key=key)


def check_names(names, keyword):
    """Two strings, one a contrast."""
    if isinstance(names, str) or len(names) != 2 or not all(isinstance(n, str) for n in names):
        raise ValueError(f"{keyword} must be two strings, got {names!r}")
    return list(names)
