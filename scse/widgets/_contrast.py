"""What the two contrast figures share: runs with the gates of another picture, and an order."""

from collections.abc import Sequence
from typing import NamedTuple

from torch import Tensor, nn

from scse._undisturbed import evaluating
from scse.recording import override, record
from scse.widgets import _base

MOVED = 0.2  # a gate that changes by more stands out


class Outcome(NamedTuple):
    gates: Tensor  # (N, C), as used
    maps: Tensor  # (N, H, W), uint8 class numbers
    classes: int


def run_with(net: nn.Module, images: Tensor, block: str, gates: Tensor | None = None) -> Outcome:
    """Run images (N, channels, H, W), with ``gates`` (C,) or (N, C) in place of a block's own."""
    replaced = {} if gates is None else {block: {"channel": gates}}
    with evaluating(net), override(net, replaced):
        recorded = record(net, images)
    logits = recorded.logits  # (N, classes, H, W)
    used = _base.known(recorded[block].channel).flatten(1).float().cpu()
    return Outcome(used, logits.argmax(1).byte().cpu(), logits.shape[1])


def crop(label: Tensor, maps: Tensor, margin: int = 4) -> tuple[slice, slice]:
    """Slices (rows, columns) around all that is not background in the label or in any map.

    What is cut off is background in all of them: no Dice changes but that of the background.
    """
    seen = (label > 0) | (maps > 0).flatten(0, -3).any(0)

    def around(places: Tensor) -> slice:
        found = places.nonzero().flatten().tolist() or [0, len(places) - 1]
        return slice(max(0, found[0] - margin), found[-1] + margin + 1)

    return around(seen.any(1)), around(seen.any(0))


def order(first: Tensor, last: Tensor) -> list[int]:
    """Channel numbers: gates that fall from ``first`` to ``last``, that stay, that rise.

    Those that stay are sorted by their mean, which draws a curve rather than noise.
    """
    change = (last - first).tolist()
    mean = ((first + last) / 2).tolist()

    def key(k: int) -> tuple[int, float]:
        if abs(change[k]) > MOVED:
            return (1 if change[k] > 0 else -1, change[k])
        return (0, -mean[k])

    return sorted(range(len(change)), key=key)


def check_names(names: Sequence[str], keyword: str) -> list[str]:
    """Two strings, one a contrast."""
    if isinstance(names, str) or len(names) != 2 or not all(isinstance(n, str) for n in names):
        raise ValueError(f"{keyword} must be two strings, got {names!r}")
    return list(names)
