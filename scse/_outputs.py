"""The tensor in what a network returned, whatever its library wraps around it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import is_dataclass
from typing import Any

from torch import Tensor


def tensor_of(output: Any) -> Tensor:
    """The tensor (N, …) in what a network returned: itself, ``out`` or ``logits`` of a
    dict or dataclass, or the first.

    Raises:
        TypeError: there is none.
    """
    found = next(_tensors(output), None)
    if found is None:
        raise TypeError(f"the network must return a tensor with a batch axis, got {output!r:.80}")
    return found


def _tensors(output: Any) -> Iterator[Tensor]:
    if isinstance(output, Tensor):
        if output.dim():  # else a loss, or the like
            yield output
        return
    if is_dataclass(output):
        output = vars(output)
    if isinstance(output, Mapping):
        output = [output[key] for key in ("out", "logits") if key in output] or output.values()
    if isinstance(output, Iterable) and not isinstance(output, (str, bytes)):
        for part in output:
            yield from _tensors(part)
