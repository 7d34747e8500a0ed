"""Look inside a network's blocks (`record`) and overrule their gates (`override`).

Both use ordinary forward hooks and remove them when done, so the network is left as it was
found. A block of ours whose gates carry hooks computes by the plain path: what is recorded or
overruled is what is computed. Which blocks of other libraries are known, `scse.foreign` says.
"""

import sys
import threading
from collections.abc import Mapping
from contextlib import ExitStack, contextmanager
from types import SimpleNamespace
from typing import NamedTuple

import torch
from torch import Tensor
from torch.func import functional_call

from scse._follow import follow
from scse.foreign import BRANCHES, find_sites, unwrap
from scse.tables import GateTable

__all__ = ["BRANCHES", "BlockRecord", "Record", "find_blocks", "override", "record"]


class BlockRecord(NamedTuple):
    """What one block saw and did, whatever shape its library gives a gate.

    In CBAM the channel gate comes first and the mask is computed from what it leaves; there, too,
    ``input`` and ``output`` are those of the whole block.
    """

    input: Tensor  # (N, C, *spatial)
    channel: Tensor | None  # (N, C, 1, …), None for sSE
    spatial: Tensor | None  # (N, 1, *spatial), None for cSE
    output: Tensor  # (N, C, *spatial)


class Record(Mapping):
    """Block name → `BlockRecord`, in the order in which the blocks ran.

    ``.logits`` is what the network returned. ``.gates`` has the gates alone, as arrays
    (``.gates.to_numpy()``) and as a table (``.gates.to_dataframe()``).
    """

    def __init__(self, blocks, logits):
        self._blocks = dict(blocks)
        self.logits = logits

    def __getitem__(self, name):
        try:
            return self._blocks[name]
        except KeyError:
            raise KeyError(f"no block {name!r} ran; {_listing(self._blocks)}") from None

    def __iter__(self):
        return iter(self._blocks)

    def __len__(self):
        return len(self._blocks)

    @property
    def gates(self):
        """All gates, as a `GateTable`."""
        return GateTable(self._blocks)

    def __repr__(self):
        rows = [f"  {name}: {tuple(block.output.shape)}" for name, block in self._blocks.items()]
        return "\n".join([f"Record of {len(rows)} blocks", *rows])


def find_blocks(net, where=None):
    """The recalibration blocks of a network by name, in the order of `net.named_modules()`.

    A name is the path of the module. A block of ours loses a trailing ``.se``: ``"bottleneck"``
    for ``net.bottleneck.se``. A network that is itself a block is called ``"block"``. Of blocks
    within blocks the outermost counts. `nn.DataParallel`, `DistributedDataParallel` and
    `torch.compile` around the network are looked through, and are not part of a name.

    Args:
        net: any `nn.Module`. Known are our blocks and those in `scse.foreign.FAMILIES`:
            squeeze_and_excitation, pytorch-3dunet, the blog form, segmentation-models-pytorch,
            MONAI, timm (SE, effective SE, ECA, CBAM), torchvision.
        where: for anything else, which modules **put out a gate**: a list of their names as in
            `net.named_modules()`, or a function (name, module) → bool. A channel gate has the
            shape (N, C) or (N, C, 1, …), a mask (N, 1, *spatial). A known block may be named too.
            What ``where`` does not name is left out.

    Returns:
        A dict of name to block; for a gate that ``where`` names, to the module that puts it out.

    Raises:
        TypeError: ``net`` is not an `nn.Module`, or is TorchScript; ``where`` of another type.
        ValueError: ``where`` lists a name that no module has.
    """
    return {name: site.module for name, site in find_sites(unwrap(net), where).items()}


def record(net, image, where=None):
    """Run a network once and keep what went through its blocks.

    The run is without gradients, in the training or evaluation mode that the network is in;
    the mode is not touched. Buffers, such as the running statistics that batch norm updates in
    training mode, are the same afterwards. Gates that an `override` around the call replaces
    are recorded as replaced. One thread at a time: hooks see all runs of a network.

    Args:
        net: any `nn.Module` with blocks in it that `find_blocks` finds, or such a block.
        image: what ``net`` takes, for a 2-D network (N, channels, H, W).
        where: further modules that put out gates, see `find_blocks`. The block is then the
            nearest module around such a gate that takes a map (N, C, *spatial) which the gate
            fits, and may be the gate's module itself. ``input`` is that map. ``output`` is what
            that module returns if it has the same shape, else the product of input and gate.
            Both are None where there is no such module.

    Returns:
        A `Record`: ``rec["bottleneck"].input``, ``.channel``, ``.spatial``, ``.output`` and
        ``rec.logits``, what the network returned. All tensors are copies of their own, without
        gradients; a dict or the like is what the network made. (For gradients with respect to
        a gate, `override` it with a tensor that requires them.) A block that runs again in the
        same pass is named ``"name#2"``. A network without blocks gives an empty record with its
        logits.

    Raises:
        TypeError, ValueError: as `find_blocks`; ValueError also where ``where`` names a module
            whose output is no gate.
        RuntimeError: a block has the name and the layers of a known one and computes otherwise.
        KeyError: on ``rec[name]`` for a block that did not run; the message lists those that did.
    """
    net = unwrap(net)
    runs, times = {}, {}

    def keep(name):
        def add(x, gates, output):
            times[name] = again = times.get(name, 0) + 1
            # Copies: a later in-place operation must not change the record.
            if isinstance(output, (tuple, list)):  # the map, and something besides
                output = next((t for t in output if isinstance(t, Tensor)), None)
            seen = [gates.get("channel"), gates.get("spatial"), output]
            copies = [None if t is None else t.detach().clone() for t in seen]
            runs[f"{name}#{again}" if again > 1 else name] = BlockRecord(x, *copies)

        return add

    with ExitStack() as stack:
        for name, site in find_sites(net, where).items():
            follow(stack, net, name, site, keep=keep(name))
        stack.enter_context(_eager())
        stack.enter_context(torch.no_grad())
        buffers = {name: buffer.clone() for name, buffer in net.named_buffers()}
        logits = functional_call(net, buffers, (image,))
    return Record(runs, logits.detach().clone() if isinstance(logits, Tensor) else logits)


@contextmanager
def override(net, gates, where=None):
    """Overrule gates while the ``with`` block lasts.

        with override(net, {"bottleneck": {"channel": g}}):
            net(image)

    Overrides nest: an inner one wins over an outer one for the same gate, and the outer one is
    back when the inner one ends. Hooks are removed on the way out, also after an exception.
    A backward pass that computes activations anew (`torch.utils.checkpoint`) belongs into the
    ``with`` block too.

    Args:
        net: an `nn.Module` with blocks in it.
        gates: ``{block name: {"channel": value, "spatial": value}}``, either branch or both. A
            value is a number, array or tensor that broadcasts to the gate, (N, C, 1, …) or
            (N, 1, *spatial); for channel also (C,) or (N, C). Or a function from the gate to
            its replacement: ``lambda gate: 1 - gate``.
        where: further modules that put out gates, see `find_blocks`.

    Raises:
        ValueError: unknown block (the message lists the blocks), a branch that the block does
            not have, or, when the network runs, a shape that does not broadcast to the gate.
            Also a value outside 0 … 1 for a block that can only be overruled through its sigmoid
            (timm's light CBAM, MobileOne).
        TypeError: ``gates`` is not such a dict, or a value is no number, array or tensor.
        RuntimeError: as `record`.
    """
    net = unwrap(net)
    sites = find_sites(net, where)
    if not isinstance(gates, Mapping):
        raise TypeError(
            'gates must be a dict {block name: {"channel" or "spatial": value}}, '
            f"got {type(gates).__name__}"
        )
    changes = {}
    for name, branches in gates.items():
        if name not in sites:
            raise ValueError(f"no block {name!r} in this {type(net).__name__}; {_listing(sites)}")
        if not isinstance(branches, Mapping):
            raise TypeError(
                f'gates[{name!r}] must be a dict {{"channel" or "spatial": value}}, '
                f"got {type(branches).__name__}"
            )
        for branch in branches:
            known = BRANCHES if sites[name].gates is None else list(sites[name].gates)
            if branch not in known:
                raise ValueError(_no_branch(name, sites[name], known, branch))
        changes[name] = {
            branch: _replacement(value, branch, name) for branch, value in branches.items()
        }
    with ExitStack() as stack:
        for name, branches in changes.items():
            follow(stack, net, name, sites[name], change=_change(name, sites[name], branches))
        stack.enter_context(_eager())
        yield


def _change(name, site, branches):
    def change(branch, gate):
        if site.gates is None and branch not in branches:  # its shape has now told
            raise ValueError(_no_branch(name, site, [branch], next(iter(branches), None)))
        return branches[branch](gate) if branch in branches else None

    return change


def _no_branch(name, site, known, branch):
    return (
        f"block {name!r} is a {type(site.module).__name__}: its gates are "
        f"{', '.join(map(repr, known))}, got {branch!r}"
    )


def _replacement(value, branch, name):
    """A function from the gate to ``value`` in its shape."""
    label = f"{branch} gate of block {name!r}"
    if not callable(value):
        value = _tensor(value, label)

    def replace(gate):
        new = _tensor(value(gate), label) if callable(value) else value
        given = tuple(new.shape)
        if branch == "channel" and new.dim() in (1, 2) and given[-1] == gate.shape[1]:
            new = new.reshape(given + (1,) * (gate.dim() - 2))  # from (C,) or (N, C)
        try:
            return new.to(gate).expand(gate.shape).clone()  # the network may go on in place
        except RuntimeError:
            raise ValueError(
                f"the {label} has the shape {tuple(gate.shape)}; "
                f"a value of shape {given} does not broadcast to it"
            ) from None

    return replace


def _tensor(value, label):
    try:
        tensor = torch.as_tensor(value)
    except (TypeError, ValueError, RuntimeError):
        tensor = None
    if tensor is None or tensor.is_complex():
        raise TypeError(
            f"the {label} is replaced by a real number, array or tensor, or by a function that "
            f"returns one; got {type(value).__name__} {value!r}"
        )
    return tensor


def _listing(names):
    return "the blocks are " + ", ".join(map(repr, names)) if names else "it has no blocks"


_STANCE = SimpleNamespace(lock=threading.Lock(), users=0, stack=ExitStack())


@contextmanager
def _eager():
    """Compiled code does not see hooks that are added after it was compiled: run it eagerly."""
    if "torch._dynamo" not in sys.modules:  # nothing can have been compiled
        yield
        return
    with _STANCE.lock:  # one for the process: the first one in sets it, the last one out restores
        if _STANCE.users == 0:
            _STANCE.stack.enter_context(torch.compiler.set_stance("force_eager"))
        _STANCE.users += 1
    try:
        yield
    finally:
        with _STANCE.lock:
            _STANCE.users -= 1
            if _STANCE.users == 0:
                _STANCE.stack.close()
