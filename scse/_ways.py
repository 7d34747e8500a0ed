"""What takes the place of a gate in `scse.sweep`: ways with labels, made into gates."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import count, takewhile
from typing import Any, cast

import torch
from torch import Tensor

from scse import edits
from scse.foreign import GateSite
from scse.recording import BlockRecord, Record, Value, name_of, replacement_of
from scse.rules import BRANCHES, Branch, rule

Way = str | edits.Edit | Callable[[Tensor], Value]
Key = tuple[str, Branch]  # block, branch
Gates = dict[Key, list[Tensor]]  # one for each time that the block ran

BASES = ("zero", "one", "neutral", "flat", "mean", "invert", "from")  # of `scse.edits`


def chosen(what: str, given: Any, there: Sequence[str]) -> list[str]:
    """A name or several, all of which must be ``there``; None means all."""
    names = list(there if given is None else [given] if isinstance(given, str) else given)
    for name in names:
        if name not in there:
            raise ValueError(f"{what} names {name!r}; there are {', '.join(map(repr, there))}")
    return names


def wide(tensor: Tensor) -> Tensor:
    """In float32 at least, for sums."""
    return tensor.to(torch.promote_types(tensor.dtype, torch.float32))


def runs_of(rec: Record, name: str) -> list[BlockRecord]:
    """What `record` saw of a block, each time that it ran."""
    names = (name_of(name, run) for run in count())
    return [rec[again] for again in takewhile(rec.__contains__, names)]


def gates_of(rec: Record, sites: Mapping[str, GateSite]) -> Gates:
    """All gates of a record, in the order in which the blocks ran."""
    found: Gates = {}
    for name in filter(sites.__contains__, rec):  # so without "name#2"
        for branch in BRANCHES:
            gates = [getattr(seen, branch) for seen in runs_of(rec, name)]
            if all(gate is not None for gate in gates):
                found[name, branch] = gates
    return found


def next_of(left: Iterator[Tensor], name: str) -> Tensor:
    """What is kept for the next run of a block."""
    found = next(left, None)
    if found is None:
        raise RuntimeError(f"block {name!r} runs more often when gates are replaced")
    return found


def named(how: Any, other: Any) -> dict[str, Any]:
    """Label → an edit, or what else `scse.override` takes for a gate."""
    if how is None:
        how = "mean" if other is None else "from"
    if not isinstance(how, Mapping) or "base" in how:
        one = isinstance(how, (str, Mapping, Tensor)) or callable(how)
        several = [how] if one or not isinstance(how, Iterable) else list(how)
        labels = [_label(way) for way in several]
        if len(set(labels)) < len(labels):
            raise ValueError(f"how has several ways of one name, {labels}: say {{label: way, …}}")
        how = dict(zip(labels, several, strict=True))
    if not how:
        raise ValueError("how has no way to replace a gate")
    known = {base: {"base": base} for base in BASES} | {"item": item_before}
    chosen("how", [way for way in how.values() if isinstance(way, str)], list(known))
    return {label: known[way] if isinstance(way, str) else way for label, way in how.items()}


def _label(way: Any) -> str:
    if isinstance(way, str):
        return way
    if isinstance(way, Mapping):
        return " ".join(map(str, way.values()))
    if callable(way):
        return str(getattr(way, "__name__", type(way).__name__))
    raise TypeError(f"how has {way!r} without a label: say {{label: number or array}}")


def item_before(gate: Tensor) -> Tensor:
    return gate.roll(1, 0)


def replaced(
    ways: Mapping[str, Any],
    own: Gates,
    sites: Mapping[str, GateSite],
    gates_with: Callable[[Any], Gates],
    other: Any,
    over: Iterable[Any] | None,
) -> dict[str, Gates]:
    """Label → the gates that a way makes of our own.

    Args:
        ways: as `named` returns them.
        gates_with: an input, or a record → its gates.
        other, over: see `scse.sweep`.
    """
    alone = [key for key, runs in own.items() if min(map(len, runs)) < 2]
    if alone and any(way is item_before for way in ways.values()):
        raise ValueError(
            f"'item' takes the gate of another item of the batch, and block {alone[0][0]!r} has "
            "gates of one item only: give two at least"
        )
    bases = {way.get("base") for way in ways.values() if isinstance(way, Mapping)}
    lent: dict[str, Gates] = {}
    if "from" in bases:
        if other is None:
            raise ValueError("'from' brings the gates of another input: say which, other=input")
        lent["from"] = _counterparts("other", gates_with(other), own)
    if "mean" in bases:
        batches = [own] if over is None else map(gates_with, over)
        lent["mean"] = _means(batches, own)
    return {
        label: {
            key: [_new(way, key, sites[key[0]], gate, lent, k) for k, gate in enumerate(runs)]
            for key, runs in own.items()
        }
        for label, way in ways.items()
    }


def _new(
    way: Any, key: Key, site: GateSite, gate: Tensor, lent: Mapping[str, Gates], run: int
) -> Tensor:
    name, branch = key
    if isinstance(way, Mapping):

        def lend(edit: edits.Edit) -> Tensor:
            gates, item = lent[edit["base"]][key][run], edit.get("from")
            if item is None:
                return gates
            if item not in range(len(gates)):
                raise ValueError(f"'from' names item {item!r} of other, which has {len(gates)}")
            return gates[item : item + 1]

        neutral = None if site.rule is None else rule(site.rule).neutral.get(branch)
        label = f"{branch} gate of block {name!r}"
        way = edits.replacement(cast(edits.Edit, way), label=label, neutral=neutral, lend=lend)
    return replacement_of(way, branch, name, site, ())(gate.clone())


def _counterparts(what: str, gates: Gates, own: Gates) -> Gates:
    """The gates of other inputs, if they are as many as our own, of the same shapes behind N."""
    for key, runs in own.items():
        mine, theirs = (
            [tuple(gate.shape[1:]) for gate in group] for group in (runs, gates.get(key, []))
        )
        if mine != theirs:
            raise ValueError(
                f"the {key[1]} gate of block {key[0]!r} has the shapes {mine} behind N, one for "
                f"each run of the block; in {what} they are {theirs}"
            )
    return {key: gates[key] for key in own}


def _means(batches: Iterable[Gates], own: Gates) -> Gates:
    """The mean of each entry over all items of all batches."""
    sums: Gates = {}
    items = {key: [0] * len(runs) for key, runs in own.items()}
    for gates in batches:
        for key, runs in _counterparts("over", gates, own).items():
            new = [wide(gate).sum(0, keepdim=True) for gate in runs]
            old = sums.get(key, [torch.zeros_like(part) for part in new])
            sums[key] = [a + b for a, b in zip(old, new, strict=True)]
            items[key] = [n + len(gate) for n, gate in zip(items[key], runs, strict=True)]
    if min(n for of_runs in items.values() for n in of_runs) < 2:
        raise ValueError(
            "'mean' is taken over two items at least: give a batch, or over=an iterable of batches"
        )
    return {
        key: [part / n for part, n in zip(parts, items[key], strict=True)]
        for key, parts in sums.items()
    }
