"""Multiplications of a forward pass, counted as torch runs it."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode

from scse._undisturbed import evaluating

_ELEMENTWISE = ("mul", "mul_", "div", "square", "pow", "addcmul", "addcmul_")
_MATRICES = {"mm": (0, 1), "bmm": (0, 1), "addmm": (1, 2)}  # where the two factors are


class _Counter(TorchDispatchMode):
    def __init__(self) -> None:
        super().__init__()
        self.total = 0

    def __torch_dispatch__(self, op: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = op(*args, **(kwargs or {}))
        name = op.overloadpacket.__name__
        if name == "convolution":
            self.total += out.numel() * args[1][0].numel()  # each output is one dot product
        elif name in _MATRICES:
            left, right = (args[i] for i in _MATRICES[name])
            self.total += left.numel() * right.shape[-1]
        elif name in _ELEMENTWISE:
            self.total += out.numel()
        return out


@torch.no_grad()
def macs(module: nn.Module, x: Tensor) -> int:
    """How many products ``module(x)`` takes: one with its sum is one MAC.

    Products of convolutions, matrices and elements. Sums, means, maxima, exponentials and norms are
    not counted. A batch norm can be folded into the layer before it.
    """
    with evaluating(module), _Counter() as counter:
        module(x)
    return counter.total
