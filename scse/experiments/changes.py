"""What is done to an untrained network, in place, where its arguments cannot say it.

A block runs whatever stands at its `channel` and `spatial`, see `scse.blocks`: so a control is a
gate put in their place, and all the rest is the block's own code.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from scse.blocks import cSE, scSE, sSE
from scse.networks import Network, Stage, UNet
from scse.networks.unet import two_convolutions
from scse.rules import BRANCHES


class ConstantGate(nn.Module):
    """σ(a) with a learned ``a``, which starts at 0: the input is not asked."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.a = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:  # (N, C, H, W) -> (N, channels, 1, 1)
        return torch.sigmoid(self.a)[None, :, None, None].expand(len(x), -1, 1, 1)


class GateOfAnother(nn.Module):
    """The gates that the inner gate computes, each given to another picture of the batch.

    They move by half a batch: in the held-out pictures of the brain neighbours show the same slice.
    """

    own = False  # True: each picture gets its own

    def __init__(self, gate: nn.Module) -> None:
        super().__init__()
        self.gate = gate

    def forward(self, x: Tensor) -> Tensor:
        gates = self.gate(x)  # (N, …)
        return gates if self.own else gates.roll(len(x) // 2, dims=0)


class DoubledGate(nn.Module):
    """Twice the inner gate: from 0 to 2, and near 1 at the start."""

    def __init__(self, gate: nn.Module) -> None:
        super().__init__()
        self.gate = gate

    def forward(self, x: Tensor) -> Tensor:
        return 2 * self.gate(x)


def _replace(network: Network, new: Callable[[str, nn.Module, int], nn.Module]) -> None:
    """Put ``new(branch, gate, channels)`` in the place of every gate."""
    for name in network.stages:
        block: Any = network.get_submodule(f"{name}.se")
        for branch in BRANCHES:
            if hasattr(block, branch):
                gate = getattr(block, branch)
                setattr(block, branch, new(branch, gate, block.channels))


def constant_gates(network: Network) -> None:
    """A learned constant for each channel, and one for all positions, in each block."""
    _replace(network, lambda branch, _, c: ConstantGate(c if branch == "channel" else 1))


def gates_of_another(network: Network) -> None:
    """Every picture gets the gates of another one, in training and in the test."""
    _replace(network, lambda branch, gate, _: GateOfAnother(gate))


@contextmanager
def own_gates(network: nn.Module) -> Iterator[bool]:
    """Within, every picture has its own gates again; whether that is a change of the network."""
    moved = [module for module in network.modules() if isinstance(module, GateOfAnother)]
    for gate in moved:
        gate.own = True
    try:
        yield bool(moved)
    finally:
        for gate in moved:
            gate.own = False


def doubled_gates(network: Network) -> None:
    """2σ in the place of σ."""
    _replace(network, lambda branch, gate, _: DoubledGate(gate))


def only(place: str, network: Network) -> None:
    """Keep the blocks of the ``"encoder"``, the ``"bottleneck"`` or the ``"decoder"``."""
    for name in network.stages:
        if not name.startswith(place):
            network.get_submodule(name).se = nn.Identity()


# A network draws its first weights in one stream, blocks and all. So from one seed, networks with
# other blocks, or with none, start from other weights everywhere behind the first block. What
# follows gives them one start.


def no_blocks(network: Network) -> None:
    """Plain, from the first weights that the network with blocks starts from."""
    for name in network.stages:
        network.get_submodule(name).se = nn.Identity()


def one_branch(branch: str, network: Network) -> None:
    """Keep one branch of every block, with the first weights that it has there."""
    for name in network.stages:
        whole = network.get_submodule(f"{name}.se")
        if isinstance(whole, scSE):  # not every network has a block at its bottleneck
            part = {"channel": cSE, "spatial": sSE}[branch](whole.channels)
            setattr(part, branch, getattr(whole, branch))
            network.get_submodule(name).se = part


def one_branch_from_one(branch: str, network: Network) -> None:
    """The same, with 2σ in the place of σ: the block starts near the identity, as scSE does."""
    one_branch(branch, network)
    doubled_gates(network)


def start_of_scse(network: Network) -> None:
    """All that is not in a block starts as in the network with scSE of r = 2, joined by `add`."""
    _start_like(network, {"se": "scse", "r": 2, "combine": "add"})


def start_of_plain(network: Network) -> None:
    """All that is not in a block starts as in the network without blocks."""
    _start_like(network, {"se": None})


def _start_like(network: Network, other: dict[str, Any]) -> None:
    """To be called before anything else is drawn from the seed that the network was made from."""
    with torch.random.fork_rng(devices=()):
        torch.manual_seed(torch.initial_seed())
        kind: Any = type(network)
        usual = kind(**network.config | other).state_dict()
    shared = {name: weights for name, weights in usual.items() if ".se." not in name}
    network.load_state_dict(network.state_dict() | shared)


def as_large_as_scse(network: UNet) -> None:
    """Widen a plain network until it has as many parameters as the one with scSE, or nearly.

    All stages grow by one factor, rounded to whole channels.
    """
    with torch.device("meta"):  # sizes alone, and no random numbers
        config = network.config.copy()
        config["se"] = "scse"
        goal = _parameters(UNet(**config))
        sizes = {tuple(_widths(network, 1 + k / 200)): None for k in range(40)}  # in order

        def misses(widths: tuple[int, ...]) -> int:
            trial = UNet(**network.config)
            _set_widths(trial, widths)
            return abs(_parameters(trial) - goal)

        best = min(sizes, key=misses)
    _set_widths(network, best)


def _parameters(network: nn.Module) -> int:
    return sum(p.numel() for p in network.parameters())


def _widths(network: UNet, factor: float) -> Iterator[int]:
    for level in range(network.config["depth"]):
        yield round((network.config["width"] << level) * factor)


def _set_widths(network: UNet, widths: tuple[int, ...]) -> None:
    """Plain stages of these channels, from the image to the bottleneck and back."""
    middle = len(widths) - 1
    into = network.config["in_channels"]
    for position, name in enumerate(network.stages):
        level = middle - abs(middle - position)
        skip = widths[level] if position > middle else 0
        network.add_module(name, Stage(two_convolutions(into + skip, widths[level]), nn.Identity()))
        into = widths[level]
    network.head = nn.Conv2d(widths[0], network.config["classes"], 1)
