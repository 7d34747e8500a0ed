"""Every kind of block under one name, and the path that the fused one is compared with."""

import copy

from scse import cSE, scSE, sSE
from scse.blocks import COMBINE

KINDS = ["cse", "sse", *COMBINE]


def make(kind, channels=6, **options):
    if kind == "cse":
        return cSE(channels, **options)
    return sSE(channels) if kind == "sse" else scSE(channels, combine=kind, **options)


def through_plain_path(block):
    """A copy of the block with a hook on a gate, which is what the fused path steps back for."""
    block = copy.deepcopy(block)
    gate = block.channel if hasattr(block, "channel") else block.spatial
    gate.register_forward_hook(lambda module, args, gate: None)
    return block
