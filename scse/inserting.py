"""Put blocks into anybody's network (`insert`), and take them out again (`remove`).

A block becomes a child, ``se``, of the module that it follows, and a forward hook there calls it
on what the module puts out. An `nn.Sequential` runs its children itself: there the child is
enough. So the network's own parameters keep their names, and its checkpoints still load.
"""

import math
import warnings
from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from scse._checks import positive
from scse._places import Choice, alike, find_maps, modules_of, refuse_wrapped, run, watch
from scse.blocks import scSE
from scse.networks import BLOCKS, KINDS
from scse.recording import find_blocks
from scse.rules import check_combine, rule

__all__ = ["Blocks", "insert", "remove"]

ROUNDED = 0.05  # what W_m may round under autocast, relative to the largest number of an output
OPEN = 4.0  # the bias of gates that start almost open: σ(4) = 0.982


class Blocks(dict[str, nn.Module]):
    """Name → block, as `find_blocks` calls them and in its order."""

    def parameters(self) -> Iterator[nn.Parameter]:
        """Those of all the blocks, for an optimiser."""
        for block in self.values():
            yield from block.parameters()


class _RunBlock:
    """The hook that calls a block on what its module puts out.

    It finds the block by name, so that each copy of a network runs blocks of its own. The handle
    goes with it: hooks are numbered anew in every process, and only a handle that is unpickled
    keeps torch from giving this hook's number to another, which would take its place.
    """

    handle: RemovableHandle

    def __init__(self, child: str) -> None:
        self.child = child

    def __call__(self, module: nn.Module, args: Any, output: Tensor) -> Tensor:
        return getattr(module, self.child)(output)


def insert(
    net: nn.Module,
    image: Any,
    where: Choice,
    *,
    se: str = "scse",
    r: int = 2,
    combine: str = "add",
) -> Blocks:
    """Put a block behind modules of any network, in place.

        blocks = scse.insert(net, image, ["layer1", "layer2"])
        optimiser = torch.optim.AdamW(blocks.parameters())

    Each output of a module that ``where`` names goes through a block from then on. With scSE and
    ``combine`` "add" the network still computes what it did: the last layers of both gates start
    at zero, so both gates are ½ and the block is ½U + ½U, which is U to the last bit, if U is
    finite. "concat" is so too, with W_m = [I, I] (under autocast it rounds U as any convolution
    does). That the network has stayed the same on ``image`` is checked.

    The other rules have no such start. There the last layers get zero weights and a bias of 4,
    and a warning says what that does: a block is a fixed factor at first, σ(4)·U = 0.982·U for
    cSE, sSE and "max", and for "mul", which squares its map, σ(4)²·U² = 0.964·U². A larger bias
    would come closer to U but hardly learn: all gradients of a gate have the factor σ′, which is
    0.018 here, 0.25 at a gate of ½ and 0.0003 at a bias of 8.

    A checkpoint of the network from before loads into it with ``strict=False``: the keys of the
    blocks are all that is new. Copies of the network, pickled ones too, run their own blocks. Wrap
    it (`torch.compile`, `DistributedDataParallel`) afterwards: what was compiled before does not
    see the blocks. `torch.jit.trace` works, `torch.jit.script` cannot compile such hooks.

    Args:
        net: any `nn.Module`.
        image: what it takes, a tensor or a tuple of inputs, a batch and not a single item. It runs
            twice, to see the maps and to see that each block runs when it should; in evaluation
            mode and without gradients. Its modes, its buffers and torch's random numbers are then
            put back.
        where: the modules to follow: a name or a list of names as in ``net.named_modules()``, or
            a function (name, module) → bool. They must put out maps (N, C, *spatial), channels
            second: a transformer's tokens (N, L, C), or Swin's (N, H, W, C), are taken for such
            maps, and are none. A module that runs several times in a pass has one block for all
            of its runs. An `nn.Sequential` gets the block as its last child. A block changes what
            a module returns, so one behind a module that works in place, and whose return value
            is ignored, does nothing.
        se: ``"scse"``, ``"cse"`` or ``"sse"``.
        r: reduction ratio of the channel branch.
        combine: how scSE joins its branches, see `scSE`.

    Returns:
        Name → block, in the order of `find_blocks`, with ``.parameters()``. A block is called as
        the module it follows, or, where that has an attribute ``se`` of its own,
        ``"layer1.0.scse"``. It has the module's training mode, and the dtype and device of its
        maps.

    Warns:
        UserWarning: the rule has no start that leaves the map as it is.

    Raises:
        ValueError: a wrong ``se``, ``r`` or ``combine``; names that no module has, or none at
            all, or twice the same module; a module that does not run on this image, or puts out
            no map, or maps of several kinds; that has a block already, or is part of one; whose
            own forward runs all modules in it; blocks that should change nothing, and with which
            the network computes something else. The network is left as it was.
        TypeError: ``net`` is TorchScript, compiled, or inside `nn.DataParallel` or the like;
            ``where`` or ``r`` of another type.

    >>> net = nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.Conv2d(8, 2, 1))
    >>> list(insert(net, torch.ones(1, 1, 9, 9), ["1"]))
    ['1']
    >>> remove(net)
    ['1']
    """
    kinds = tuple(kind for kind in KINDS if kind is not None)
    if se not in kinds:
        raise ValueError(f"se must be one of {kinds}, got {se!r}")
    positive("r", r)
    check_combine(combine)
    refuse_wrapped(net)
    modules = modules_of(net, where)
    bias, told = _start(combine if se == "scse" else se)
    blocks: dict[str, Any] = {}
    kinds_of_maps, before = find_maps(net, image, modules)
    for path, kind in kinds_of_maps.items():
        with torch.inference_mode(False):  # else its parameters could never be trained
            block = BLOCKS[se](kind.channels, r, combine).to(kind.device, kind.dtype)
        _set(block, bias)
        blocks[path] = block.train(modules[path].training)
        blocks[path]._inserted = True
    new = set(blocks.values())
    try:
        for path, module in modules.items():
            _put(module, blocks[path])
        after = watch(net, image, {path: (modules[path], blocks[path]) for path in modules})
        if not told and not alike(before, after, ROUNDED if combine == "concat" else None):
            _refuse_if_steady(net, image, before, modules, blocks)
    except BaseException:
        _take_out(net, new)
        raise
    if told:
        warnings.warn(told, stacklevel=2)
    return Blocks((name, block) for name, block in find_blocks(net).items() if block in new)


def remove(net: nn.Module) -> list[str]:
    """Take all blocks out that `insert` has put into a network, or into what it is a copy of.

    The network is as it was before, with what its own parameters have learnt since. Blocks that
    belong to it stay.

    Returns:
        The names of the blocks, as `insert` gave them; an empty list if there were none.

    Raises:
        TypeError: as `insert`.
    """
    refuse_wrapped(net)
    found = [block for block in net.modules() if getattr(block, "_inserted", False)]
    return _take_out(net, set(found))


def _refuse_if_steady(
    net: nn.Module,
    image: Any,
    before: Any,
    modules: Mapping[str, nn.Module],
    blocks: Mapping[str, nn.Module],
) -> None:
    """Raise ValueError unless the network without the blocks computes something else, too."""
    _take_out(net, set(blocks.values()))
    if alike(before, run(net, image)):
        raise ValueError(
            "with blocks that leave their maps as they are the network computes something else. "
            "Does it slice or count an nn.Sequential that has a block now, change in place what a "
            "module returned, or have infinite numbers there? Name other modules, such as those "
            "that come next"
        )
    for path, module in modules.items():
        _put(module, blocks[path])


def _put(module: nn.Module, block: nn.Module) -> None:
    names = ["se", "scse", *(f"scse{k}" for k in range(2, 100))]
    child = next(name for name in names if not hasattr(module, name))
    module.add_module(child, block)
    if type(module).forward is not nn.Sequential.forward:
        hook = _RunBlock(child)
        hook.handle = module.register_forward_hook(hook)


def _take_out(net: nn.Module, blocks: set[nn.Module]) -> list[str]:
    paths = [path for path, module in net.named_modules() if module in blocks]
    for path in paths:
        parent, _, child = path.rpartition(".")
        module = net.get_submodule(parent)
        for hook in list(module._forward_hooks.values()):
            if isinstance(hook, _RunBlock) and hook.child == child:
                hook.handle.remove()
        del module._modules[child]
    return [path.removesuffix(".se") for path in paths]


def _start(name: str) -> tuple[float, str | None]:
    """The bias of the gates' last layers, and what to say if no start leaves a map as it is."""
    row = rule(name)

    def scale(gate: float) -> list[float]:  # what becomes of −1 and of 2
        u = torch.tensor([[[-1.0], [2.0]]])  # (N, C, S)
        maps = row.apply(u, gate, gate).unflatten(1, (row.maps, -1))
        return maps.sum(1).flatten().tolist()  # W_m = [I, I] is a sum

    if scale(0.5) == [-1.0, 2.0]:
        return 0.0, None
    gate = 1 / (1 + math.exp(-OPEN))
    one, two = map(abs, scale(gate))
    becomes = f"{one:.3f}·U{'²' if two > 3 * one else ''}"
    return OPEN, (
        f"{name!r} has no start that leaves a map U as it is: until they are trained, the blocks "
        f"make {becomes} of it ({row.formula} with gates of σ({OPEN:g}) = {gate:.3f}), and the "
        "network computes something else than before. se='scse' with combine='add' changes nothing"
    )


@torch.no_grad()
def _set(block: Any, bias: float) -> None:
    for branch, layer in (("channel", "fc2"), ("spatial", "project")):
        if hasattr(block, branch):
            last = getattr(getattr(block, branch), layer)
            last.weight.zero_()
            last.bias.fill_(bias)
    if isinstance(block, scSE) and block.merge is not None:
        block.merge.weight.copy_(torch.eye(block.channels).repeat(1, rule(block.combine).maps))
        block.merge.bias.zero_()
