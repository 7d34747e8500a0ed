"""Run a network and leave it as it was: the mode of each module, and the buffers."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from torch import nn
from torch.func import functional_call


@contextmanager
def evaluating(net: nn.Module) -> Iterator[nn.Module]:
    """The network in evaluation mode; afterwards each module is in the mode that it was in.

    Module by module, as part of a network in training may be frozen in evaluation mode.
    """
    modes = [(module, module.training) for module in net.modules()]
    for module, _ in modes:
        module.training = False
    try:
        yield net
    finally:
        for module, mode in modes:
            module.training = mode


def call(net: nn.Module, inputs: tuple[Any, ...], named: Mapping[str, Any] | None = None) -> Any:
    """What the network puts out, on copies of its buffers.

    Batch norm updates its running statistics in training mode: here it updates the copies.
    """
    buffers = {name: buffer.clone() for name, buffer in net.named_buffers()}
    return functional_call(net, buffers, inputs, None if named is None else dict(named))
