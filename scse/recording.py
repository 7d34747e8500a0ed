"""Look inside a network's blocks (`record`) and overrule their gates (`override`).

Both use ordinary forward hooks and remove them when done, so the network is left as it was
found. A block whose gates carry hooks computes by the plain path: what is recorded or
overruled is what is computed.
"""

import sys
from collections.abc import Mapping
from contextlib import ExitStack, contextmanager
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.func import functional_call

from scse.blocks import cSE, scSE, sSE

BRANCHES = ("channel", "spatial")


class BlockRecord(NamedTuple):
    """What one block saw and did."""

    input: Tensor  # (N, C, *spatial)
    channel: Tensor | None  # (N, C, 1, …), None for sSE
    spatial: Tensor | None  # (N, 1, *spatial), None for cSE
    output: Tensor  # (N, C, *spatial)


class Record(Mapping):
    """Block name → `BlockRecord`, in the order in which the blocks ran; `.logits` beside them."""

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

    def __repr__(self):
        rows = [f"  {name}: {tuple(block.output.shape)}" for name, block in self._blocks.items()]
        return "\n".join([f"Record of {len(rows)} blocks", *rows])


def find_blocks(net):
    """The recalibration blocks of a network by name, in the order of `net.named_modules()`.

    A name is the path of the module, less a trailing ``.se`` and the prefix that
    `torch.compile` adds: ``"bottleneck"`` for ``net.bottleneck.se``. A network that is itself
    a block is called ``"block"``.

    Returns:
        A dict of name to `cSE`, `sSE` or `scSE` module.

    Raises:
        TypeError: ``net`` is not an `nn.Module`.
    """
    if not isinstance(net, nn.Module):
        raise TypeError(f"net must be an nn.Module, got {type(net).__name__}")
    return {
        path.removeprefix("_orig_mod").removeprefix(".").removesuffix(".se") or "block": module
        for path, module in net.named_modules()
        if isinstance(module, (cSE, sSE, scSE))
    }


def record(net, image):
    """Run a network once and keep what went through its blocks.

    The run is without gradients, in the training or evaluation mode that the network is in;
    the mode is not touched. Buffers, such as the running statistics that batch norm updates in
    training mode, are the same afterwards. Gates that an `override` around the call replaces
    are recorded as replaced.

    Args:
        net: any `nn.Module` with `cSE`, `sSE` or `scSE` blocks in it, or such a block.
        image: what ``net`` takes, for a 2-D network (N, channels, H, W).

    Returns:
        A `Record`: ``rec["bottleneck"].input``, ``.channel``, ``.spatial``, ``.output`` and
        ``rec.logits``, what the network returned. All are copies of their own, without
        gradients. (For gradients with respect to a gate, `override` it with a tensor that
        requires them.) A block that runs again in the same pass is named ``"name#2"``. A
        network without blocks gives an empty record with its logits.

    Raises:
        TypeError: ``net`` is not an `nn.Module`.
        KeyError: on ``rec[name]`` for a block that did not run; the message lists those that did.
    """
    runs, seen = {}, {}

    def keep_gate(name, branch):
        def hook(module, args, gate):
            seen.setdefault(name, {})[branch] = gate.detach().clone()

        return hook

    def keep_block(name):
        def hook(module, args, kwargs, output):
            x = args[0] if args else kwargs["x"]
            gates = seen.pop(name, {})
            again = sum(run.split("#")[0] == name for run in runs)
            # Copies: a later in-place operation must not change the record.
            runs[f"{name}#{again + 1}" if again else name] = BlockRecord(
                x.detach().clone(),
                gates.get("channel"),
                gates.get("spatial"),
                output.detach().clone(),
            )

        return hook

    with ExitStack() as stack:
        for name, block in find_blocks(net).items():
            for branch in _branches(block):
                handle = getattr(block, branch).register_forward_hook(keep_gate(name, branch))
                stack.callback(handle.remove)
            handle = block.register_forward_hook(keep_block(name), with_kwargs=True)
            stack.callback(handle.remove)
        stack.enter_context(_eager())
        stack.enter_context(torch.no_grad())
        buffers = {name: buffer.clone() for name, buffer in net.named_buffers()}
        logits = functional_call(net, buffers, (image,))
    return Record(runs, logits)


@contextmanager
def override(net, gates):
    """Overrule gates while the ``with`` block lasts.

        with override(net, {"bottleneck": {"channel": g}}):
            net(image)

    Overrides nest: an inner one wins over an outer one for the same gate, and the outer one is
    back when the inner one ends. Hooks are removed on the way out, also after an exception.

    Args:
        net: an `nn.Module` with blocks in it.
        gates: ``{block name: {"channel": value, "spatial": value}}``, either branch or both. A
            value is a number, array or tensor that broadcasts to the gate, (N, C, 1, …) or
            (N, 1, *spatial); for channel also (C,) or (N, C). Or a function from the gate to
            its replacement: ``lambda gate: 1 - gate``.

    Raises:
        ValueError: unknown block (the message lists the blocks), a branch that the block does
            not have, or, when the network runs, a shape that does not broadcast to the gate.
        TypeError: ``gates`` is not such a dict, or a value is no number, array or tensor.
    """
    blocks = find_blocks(net)
    if not isinstance(gates, Mapping):
        raise TypeError(
            'gates must be a dict {block name: {"channel" or "spatial": value}}, '
            f"got {type(gates).__name__}"
        )
    hooks = []
    for name, branches in gates.items():
        if name not in blocks:
            raise ValueError(f"no block {name!r} in this {type(net).__name__}; {_listing(blocks)}")
        if not isinstance(branches, Mapping):
            raise TypeError(
                f'gates[{name!r}] must be a dict {{"channel" or "spatial": value}}, '
                f"got {type(branches).__name__}"
            )
        for branch, value in branches.items():
            if branch not in _branches(blocks[name]):
                raise ValueError(
                    f"block {name!r} is a {type(blocks[name]).__name__}: its gates are "
                    f"{', '.join(map(repr, _branches(blocks[name])))}, got {branch!r}"
                )
            hooks.append((getattr(blocks[name], branch), _replacement(value, branch, name)))
    with ExitStack() as stack:
        for module, hook in hooks:
            stack.callback(module.register_forward_hook(hook).remove)
        stack.enter_context(_eager())
        yield


def _replacement(value, branch, name):
    """A forward hook that returns ``value`` in place of the gate."""
    label = f"{branch} gate of block {name!r}"
    if not callable(value):
        value = _tensor(value, label)

    def hook(module, args, gate):
        new = _tensor(value(gate), label) if callable(value) else value
        given = tuple(new.shape)
        if branch == "channel" and new.dim() in (1, 2) and given[-1] == gate.shape[1]:
            new = new.reshape(given + (1,) * (gate.dim() - 2))  # from (C,) or (N, C)
        try:
            return new.to(gate).expand(gate.shape)
        except RuntimeError:
            raise ValueError(
                f"the {label} has the shape {tuple(gate.shape)}; "
                f"a value of shape {given} does not broadcast to it"
            ) from None

    return hook


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


def _branches(block):
    return [branch for branch in BRANCHES if hasattr(block, branch)]


def _listing(names):
    return "the blocks are " + ", ".join(map(repr, names)) if names else "it has no blocks"


@contextmanager
def _eager():
    """Compiled code does not see hooks that are added after it was compiled: run it eagerly."""
    if "torch._dynamo" in sys.modules:  # otherwise nothing can have been compiled
        with torch.compiler.set_stance("force_eager"):
            yield
    else:
        yield
