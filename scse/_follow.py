"""Forward hooks that follow a gate and the block around it; `scse.recording` is made of them.

Libraries shape the same gate as (N, C), (N, C, 1, 1) or (N, 1, C), and put the same sigmoid to
several uses. Here each gate gets the form that all of this package uses, channel (N, C, 1, …) and
mask (N, 1, *spatial), and counts only while its own block runs.
"""

import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import Any

import torch
from torch import Tensor, nn

from scse.foreign import GateSite
from scse.rules import explains, rule_of


class Hook:
    """A hook for as long as a ``with`` lasts: it stays with its module.

    A copy of the network that is made meanwhile gets a hook that does nothing, and pickling is
    refused, else what is overruled would stay so in the copy for ever.
    """

    def __init__(self, call: Callable[..., Any]) -> None:
        self.call = call

    def __call__(self, *args):
        return self.call(*args)

    def __deepcopy__(self, memo):
        return _nothing

    def __reduce__(self):
        raise TypeError(
            "a network cannot be pickled while its gates are recorded or overruled: do it outside "
            "the with block, or save net.state_dict()"
        )


def _nothing(*args):
    return None


class BlockRun:
    """One run of a block, or of a module around a gate: its inputs, and the gates seen in it."""

    def __init__(self, module, inputs):
        self.module = module
        self.inputs = inputs  # the tensors that came in
        self.x = next(iter(inputs), None)
        self.gates = []  # (branch, gate) in the order in which they were computed
        self.error = sys.exc_info()[1]  # one that was being handled when it began


class _Running(threading.local):
    """The runs that have not ended, of each thread its own.

    An overruled network may run in several threads at once, as a server's does: each of them has
    the new gates, and none must take the block of another for the one around its gate. `record`
    is not for that: what it keeps is that of all threads, mixed.
    """

    def __init__(self):
        self.runs = []


def follow(
    stack: ExitStack,
    net: nn.Module,
    name: str,
    site: GateSite,
    change: Callable[[str, Tensor], Tensor | None] | None = None,
    keep: Callable[[Tensor | None, Mapping[str, Tensor], Any], None] | None = None,
) -> None:
    """Put hooks on one `GateSite`; they are removed when ``stack`` closes.

    Args:
        change: (branch, gate) → the gate to use instead, or None to leave it.
        keep: called at the end of every run of the block with (input, {branch: gate}, output).
    """
    if site.gates is None:
        _follow_named(stack, net, name, site.module, change, keep)
    else:
        _follow_block(stack, name, site, change, keep)


def _follow_block(stack, name, site, change, keep):
    mine = _Running()  # no block contains itself, but some may share a sigmoid

    def at_gate(branch):
        def hook(module, args, out):
            runs = mine.runs
            if not runs and not site.ours:
                return None  # a shared module, busy elsewhere
            logit = site.logit and branch == "channel"
            gate = torch.sigmoid(out) if logit else out
            if not site.ours:
                gate = _form(gate, branch, runs[-1].x)
            new = None if change is None else change(branch, gate)
            if runs:
                seen = gate if new is None else new
                runs[-1].gates.append((branch, seen.detach().clone() if keep else None))
            if new is None:
                return None
            return (_logit(new, name) if logit else new).reshape(out.shape)

        return hook

    def leave(run, output):
        if not run.gates:
            raise RuntimeError(
                f"block {name!r} ran and its {type(site.module).__name__} did not call the "
                f"module that puts out its gate, {' or '.join(map(repr, site.gates))}: a copy of "
                "the block that was changed? Name the gate's module by where="
            )
        if keep:
            gates = dict(run.gates)
            if site.applied is None:
                keep(_gated(run.inputs, gates, output, site.rule), gates, output)
            else:
                keep(run.inputs[site.applied], gates, output)

    for branch, module in site.gates.items():
        stack.callback(module.register_forward_hook(Hook(at_gate(branch))).remove)
    # Our own gates are changed without a look at their block, as exporters and `gates()` need it.
    if keep or not site.ours:
        _watch(stack, site.module, mine, leave, copy=bool(keep))


def _follow_named(stack, net, name, gate_module, change, keep):
    """A gate that ``where`` names: the block is the nearest module around it that takes a map.

    Which that is shows when the gate has been computed. The gate's module itself may be it.
    """
    mine = _Running()  # from the network inwards

    def hook(module, args, out):
        if not isinstance(out, Tensor) or out.dim() < 2:
            raise ValueError(_no_gate(name, out))
        fitting = [run for run in reversed(mine.runs) if _fits(run.x, out)]
        # A map of one position is what was squeezed, unless nothing further out fits.
        wide = [run for run in fitting if run.x[0, 0].numel() > 1]
        around = next(iter(wide or fitting), None)
        x = None if around is None else around.x
        branch = _branch(name, out, x)
        gate = _form(out, branch, x)
        new = None if change is None else change(branch, gate)
        if keep:
            seen = gate if new is None else new
            if around is None:
                keep(None, {branch: seen}, None)
            else:
                around.gates.append((branch, seen.detach().clone()))
        return None if new is None else new.reshape(out.shape)

    def leave(run, output):
        for branch, gate in run.gates:
            if isinstance(output, Tensor) and output.shape == run.x.shape:
                keep(run.x, {branch: gate}, output)
            elif run.module is net and net is not gate_module:
                keep(None, {branch: gate}, None)  # the picture is not the map that is gated
            else:
                keep(run.x, {branch: gate}, run.x * gate)  # multiplied in no module of its own

    stack.callback(gate_module.register_forward_hook(Hook(hook)).remove)
    for module in net.modules():
        if any(inner is gate_module for inner in module.modules()):
            _watch(stack, module, mine, leave, copy=bool(keep))


def _watch(stack, module, mine, leave, copy):
    """Keep ``mine.runs`` true for one module; ``leave(run, output)`` when a run of it ends."""

    def enter(module, args, kwargs):
        inputs = [a for a in (*args, *kwargs.values()) if isinstance(a, Tensor)]
        if copy:  # the block, or what comes after it, may work in place
            inputs = [x.detach().clone() for x in inputs]
        mine.runs.append(BlockRun(module, inputs))

    def end(module, args, kwargs, output):
        runs = mine.runs
        if not runs or runs[-1].module is not module:
            return  # it never began: a hook before ours raised
        run = runs.pop()
        if sys.exc_info()[1] is run.error:  # else it ends by an exception
            leave(run, output)

    stack.callback(module.register_forward_pre_hook(Hook(enter), with_kwargs=True).remove)
    handle = module.register_forward_hook(Hook(end), with_kwargs=True, always_call=True)
    stack.callback(handle.remove)


def _gated(inputs, gates, output, rule_name):
    """Which of a block's inputs its gates are applied to: an attention gate has two."""
    if len(inputs) < 2 or not isinstance(output, Tensor):
        return next(iter(inputs), None)
    c, s = gates.get("channel"), gates.get("spatial")

    def makes(x):
        if rule_name is None:
            return rule_of(x, c, s, output) is not None
        return explains(rule_name, x, c, s, output)

    alike = [x for x in inputs if x.shape == output.shape and x.is_floating_point()]
    return next((x for x in alike if makes(x)), (alike or inputs)[0])


def _form(gate, branch, x):
    """A gate in the form that this package uses, for the map ``x`` that it belongs to."""
    if branch == "spatial":
        return gate
    gate = gate.flatten(1)  # (N, C)
    return gate.reshape(gate.shape + (1,) * ((4 if x is None else x.dim()) - 2))


def _branch(name, gate, x):
    shape = tuple(gate.shape)
    if all(size == 1 for size in shape[2:]):
        return "channel"
    row = len(shape) == 3 and shape[1] == 1 and x is not None
    if row and (x.dim() > 3 or shape[2] == x.shape[1] != x.shape[2]):
        return "channel"  # (N, 1, C) out of a 1-D convolution over the channels
    if shape[1] == 1:
        return "spatial"
    raise ValueError(_no_gate(name, gate))


def _fits(x, gate):
    """Whether ``x`` is a map (N, C, *spatial) that ``gate`` may be the gate of."""
    if x is None or not 3 <= x.dim() <= 5 or x.shape[0] != gate.shape[0] or x.shape == gate.shape:
        return False
    channel = gate.flatten(1).shape[1] == x.shape[1] and max(gate.shape[1:]) == x.shape[1]
    return channel or (gate.shape[1] == 1 and gate.shape[2:] == x.shape[2:])


def _no_gate(name, out):
    got = f"the shape {tuple(out.shape)}" if isinstance(out, Tensor) else f"a {type(out).__name__}"
    return (
        f"where names {name!r}, whose output is no gate: a channel gate is (N, C) or (N, C, 1, …), "
        f"a mask is (N, 1, *spatial), this is {got}"
    )


def _logit(gate, name):
    """What the sigmoid that follows makes ``gate`` of."""
    if torch.compiler.is_compiling():  # exported: there are no numbers yet
        return torch.logit(gate)
    if gate.numel() and not 0 <= gate.min() <= gate.max() <= 1:
        raise ValueError(
            f"the channel gate of block {name!r} comes out of a sigmoid: it can be replaced by "
            f"numbers from 0 to 1 only, got {gate.min():g} to {gate.max():g}"
        )
    return torch.logit(gate)
