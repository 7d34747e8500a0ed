"""What is lost if a gate is replaced: asked of one gate after another, with the controls."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from itertools import product
from math import isfinite, nan
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch import Tensor, nn

from scse._extras import require
from scse._follow import Hook
from scse._undisturbed import call
from scse._ways import (
    Gates,
    Key,
    Way,
    chosen,
    gates_of,
    item_before,
    named,
    next_of,
    replaced,
    runs_of,
    wide,
)
from scse.foreign import GateSite, Where, find_sites, lasting, unwrap
from scse.recording import Record, Replacement, Value, override, record
from scse.rules import BRANCHES, Branch

if TYPE_CHECKING:
    import pandas

BY = ("block", "branch", "channel")


class _Row(NamedTuple):
    block: str
    branch: Branch
    channel: int | None
    keys: Sequence[Key]  # of the gates that are replaced


@torch.no_grad()
def sweep(
    net: nn.Module,
    image: Any,
    metric: Callable[[Any], Any],
    by: str | Sequence[str] = "block",
    how: Way | Sequence[Way] | Mapping[str, Way | Value] | None = None,
    *,
    other: Any = None,
    over: Iterable[Any] | None = None,
    blocks: str | Sequence[str] | None = None,
    branches: str | Sequence[str] | None = None,
    controls: bool = True,
    where: Where = None,
    progress: bool = True,
) -> "pandas.DataFrame":
    """Replace one gate after another, and see what a metric loses each time.

        def accuracy(logits):
            return (logits.argmax(1) == labels).double().mean()

        table = sweep(net, images, accuracy, how=("mean", "zero"))

    What takes the place of a gate is made, once, from the gates that the network has when nothing
    is replaced. So where several are replaced, none depends on what another does to the maps.
    The network is left as it was found; put it into evaluation mode first.

    A loss says that the network was upset, not by what. Two controls say more. *Another item of
    the batch*: its gates are right for this kind of input and wrong for this one. If they cost
    nothing, the gate carries nothing that is particular to one input. *Size*: where a block puts
    out more or less than before, the layers behind it may fail for that reason alone.
    ``lost_restored`` is what is still lost when its output is scaled back, item by item, to the
    norm that it had.

    Args:
        net: any `nn.Module` with blocks in it that `record` sees.
        image: what ``net`` takes, a batch (N, channels, *spatial) or a tuple of inputs.
        metric: a function from what ``net`` returns to a number; higher is better.
        by: what a row replaces, one of these or several. ``"block"``: one gate of one block.
            ``"branch"``: the gates of that branch, in all blocks at once. ``"channel"``: one entry
            of the channel gate of one block.
        how: what takes the place of a gate, one way or several, or a dict label → way:

            * a base of `scse.edits`: ``"zero"``, ``"one"``, ``"neutral"``, ``"flat"``,
              ``"mean"``, ``"invert"`` or ``"from"``;
            * ``"item"``, the gate of the item before in the batch (for the first, of the last),
              which has two items at least;
            * an edit. ``{"base": "from", "from": 2}`` gives all items the gate of item 2 of
              ``other``, where ``"from"`` gives each the gate of its counterpart;
            * a function from the gate to its replacement; in a dict also a number or an array.

            Left out, it is ``"from"`` where there is an ``other``, else ``"mean"``: gates like
            those that the network knows. ``"zero"`` is no fair default: a network that it upsets
            may miss what the gate says, or just the size of the signal.
        other: the input whose gates ``"from"`` brings, in the form of ``image``, of N items or of
            one; or a `Record` of it.
        over: the inputs over which ``"mean"`` is taken: an iterable of such as ``image``, or of
            records, as in ``(image for image, label in loader)``. Left out, the items of ``image``.
        blocks, branches: a name or several. What they do not name is left alone.
        controls: whether to make the controls: a second run for each row, and the rows of
            ``"item"``.
        where: as for `record`.
        progress: whether to show a bar. The environment variable ``TQDM_DISABLE=1`` hides it, too.

    Returns:
        A tidy table, a row for each gate and way, in the order in which the blocks ran. A block
        that did not run is left out. In one that ran several times in the pass, each run gets the
        counterpart of its own gate. Columns:

        * ``block``, ``"all"`` in the rows by branch; ``branch``; ``channel``, an index, missing
          but for the rows by channel; ``how``, the way or its label;
        * ``gate``: what is replaced, its mean over items and positions (and blocks);
        * ``metric`` with the replacement; ``lost``, the metric with own gates less this one;
        * ``control``: true in the rows of ``"item"`` that ``how`` did not ask for. There are none
          where N is 1;
        * ``relative_size``: the norm of the block's output over the norm that it had, mean over
          items (and blocks), without those where it had none; ``lost_restored``, see above. Both
          are missing for gates that ``where`` lists without their block.

        With ``controls=False`` the last three are left out.

    Raises:
        ModuleNotFoundError: pandas or tqdm is missing.
        ValueError: a name that is not there, or no gate at all; a way that lacks what it needs,
            such as ``"neutral"`` in a block whose rule is not known, or ``"mean"`` or ``"item"``
            of one item; gates that do not fit; a metric that is not finite.
        TypeError: a metric that is no function, or gives no number; an ``over`` that is one input;
            also as `record`, `override`.
    """
    pandas, tqdm = require("pandas", "data"), require("tqdm.auto", "data").tqdm
    if not callable(metric):
        raise TypeError(f"metric must be a function of what net returns, got {metric!r}")
    if isinstance(over, (Tensor, Record)):
        raise TypeError(f"over is an iterable of inputs, got a {type(over).__name__}: over=[it]")
    kinds, ways = chosen("by", by, BY), named(how, other)
    net, inputs, where = unwrap(net), _inputs(image), lasting(where)
    sites, found = find_sites(net, where), record(net, *inputs, where=where)
    own = _only(gates_of(found, sites), blocks, branches)
    rows = [row for kind in kinds for row in _rows(kind, own)]
    if not rows:
        raise ValueError(f"no gate of this {type(net).__name__} can be replaced by {kinds}")
    asked = set(ways)
    batch = min(len(gate) for runs in own.values() for gate in runs) > 1
    if controls and batch and all(way is not item_before for way in ways.values()):
        ways.setdefault("item", item_before)

    def gates_with(given: Any) -> Gates:
        rec = given if isinstance(given, Record) else record(net, *_inputs(given), where=where)
        return gates_of(rec, sites)

    new = replaced(ways, own, sites, gates_with, other, over)
    norms = _norms(found, sites) if controls else {}
    base = _number(metric(found.logits), "its own gates")
    del found  # it holds the maps of all blocks

    def run(row: _Row, label: str, restore: bool = False) -> tuple[float, float]:
        """The metric, and the size, with the gates of a row replaced."""
        gates: dict[str, dict[str, Replacement]] = {name: {} for name, _ in row.keys}
        for name, branch in row.keys:
            key = name, branch
            gates[name][branch] = _in_turn(name, _entry(own[key], new[label][key], row.channel))
        sizes: list[float] = []
        with override(net, gates, where), ExitStack() as stack:
            for name in filter(norms.__contains__, gates):
                hook = Hook(_at_output(name, norms[name], sizes, restore))  # behind all others
                stack.callback(sites[name].module.register_forward_hook(hook).remove)
            output = call(net, inputs)
        value = _number(metric(output), f"{label!r} for the {row.branch} gate of {row.block!r}")
        bar.update()
        return value, sum(sizes) / len(sizes) if sizes else nan

    lines = []
    hidden = not progress or bool(os.environ.get("TQDM_DISABLE"))  # tqdm's notebook bar ignores it
    total = len(rows) * len(ways) * (2 if controls else 1)
    with tqdm(total=total, desc="sweep", unit="run", leave=False, disable=hidden) as bar:
        for row, label in product(rows, ways):
            value, size = run(row, label)
            line = [*row[:3], label, _mean(own, row), value, base - value]
            if controls:
                known = all(name in norms for name, _ in row.keys)
                restored = base - run(row, label, restore=True)[0] if known else nan
                line += [label not in asked, size if known else nan, restored]
            lines.append(line)
    columns = ["block", "branch", "channel", "how", "gate", "metric", "lost"]
    columns += ["control", "relative_size", "lost_restored"] if controls else []
    return pandas.DataFrame(lines, columns=columns).astype({"channel": "Int64"})


def _inputs(image: Any) -> tuple[Any, ...]:
    return image if isinstance(image, tuple) else (image,)


def _only(own: Gates, blocks: Any, branches: Any) -> Gates:
    names = chosen("blocks", blocks, list(dict.fromkeys(name for name, _ in own)))
    wanted = chosen("branches", branches, BRANCHES)
    return {key: runs for key, runs in own.items() if key[0] in names and key[1] in wanted}


def _rows(by: str, own: Gates) -> Iterator[_Row]:
    if by == "branch":
        for branch in BRANCHES:
            if keys := [key for key in own if key[1] == branch]:
                yield _Row("all", branch, None, keys)
    for key, runs in own.items():
        if by == "block":
            yield _Row(*key, None, [key])
        elif by == "channel" and key[1] == "channel":
            yield from (_Row(*key, k, [key]) for k in range(runs[0].shape[1]))


def _mean(own: Gates, row: _Row) -> float:
    entry = slice(None) if row.channel is None else row.channel
    means = [wide(gate[:, entry]).mean().item() for key in row.keys for gate in own[key]]
    return sum(means) / len(means)


def _entry(own: Sequence[Tensor], new: Sequence[Tensor], channel: int | None) -> list[Tensor]:
    """The new gates of a block, or its own with one entry of the new ones."""
    if channel is None:
        return list(new)
    mixed = [gate.clone() for gate in own]
    for gate, other in zip(mixed, new, strict=True):
        gate[:, channel] = other[:, channel]
    return mixed


def _in_turn(name: str, runs: Sequence[Tensor]) -> Replacement:
    """To each run of a block its own gate."""
    left = iter(runs)
    return runs[0] if len(runs) == 1 else lambda gate: next_of(left, name)


# --- the size of what a block puts out ---


def _norm(maps: Tensor) -> Tensor:
    return wide(maps).flatten(1).norm(dim=1)  # (N,)


def _norms(found: Record, sites: Mapping[str, GateSite]) -> dict[str, list[Tensor]]:
    """Block → the norms of its outputs, one for each run; without gates that have no block."""
    norms = {}
    for name, site in sites.items():
        if site.gates is not None and site.module not in site.gates.values():
            outputs = [seen.output for seen in runs_of(found, name)]
            if tensors := [output for output in outputs if output is not None]:
                norms[name] = [_norm(output) for output in tensors]
    return norms


def _at_output(
    name: str, norms: Sequence[Tensor], sizes: list[float], restore: bool
) -> Callable[[nn.Module, Any, Any], Any]:
    """A hook that measures what a block puts out, and scales it back to the norm that it had."""
    left = iter(norms)

    def hook(module: nn.Module, given: Any, output: Any) -> Any:
        several = not isinstance(output, Tensor)  # the map, and something besides
        maps = next(t for t in output if isinstance(t, Tensor)) if several else output
        was, now = next_of(left, name), _norm(maps)
        sizes.append((now / was)[was > 0].mean().item())
        if not restore:
            return None
        factor = torch.where(now > 0, was / now, 1.0).reshape(-1, *[1] * (maps.dim() - 1))
        scaled = (maps * factor).to(maps.dtype)
        if not several:
            return scaled
        return type(output)(scaled if part is maps else part for part in output)

    return hook


def _number(value: Any, gates: str) -> float:
    try:
        if isinstance(value, str):
            raise TypeError
        number = float(value)
    except (TypeError, ValueError, RuntimeError):
        got = f"shape {tuple(value.shape)}" if isinstance(value, Tensor) else repr(value)
        raise TypeError(f"metric must return a number; with {gates} it gave {got}") from None
    if not isfinite(number):
        raise ValueError(f"metric must return a finite number; with {gates} it gave {number}")
    return number
