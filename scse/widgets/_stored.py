"""What an `Explorer` keeps in the page, so that it shows something without a kernel.

For each input: the gates and masks of every block, the output, a grey picture, and as many
feature maps as a budget of bytes allows. Everything of two axes is stored smaller where it would
not fit otherwise.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal, TypedDict, TypeVar

import torch
from torch import Tensor

from scse import edits
from scse.recording import BlockRecord, Record, run_of
from scse.rules import BRANCHES, rule, rule_of
from scse.widgets import _words
from scse.widgets._base import CLASS_COLOURS, Class, grey, known
from scse.widgets._engine import cut, pooled
from scse.widgets._packing import Quantised, estimated, quantise

# Bytes, compressed; a third more as text in a page.
BUDGET = 180_000
PICTURES = 50_000  # of it at most; so on
CLASS_MAPS = 15_000  # labels, and outputs
MASKS = 40_000
MAPS = 60_000  # at least; they take what is left
ENTRY = 90  # of an array in the manifest
SCALE = 36  # of a map there: its scale, zero and channel

PICTURE_SIDE = 1024  # positions at most
MASK_SIDE = 64
MAP_SIDE = 32
LEVELS = 64  # values of a stored map
COUNTS = (32, 24, 16, 8, 4, 2, 1)  # of maps of a block, one input: rows of eight, if possible
PAGE = 24  # maps that are seen at once
MOST_CLASSES = 64  # more channels than that are features, unless classes= names them


Classes = Iterable[Any] | None  # names, or (name, "#rrggbb")


class Input(TypedDict):
    title: str
    shape: list[int]  # (channels, *spatial)
    label: int | None  # the true class, of a classifier


class Block(TypedDict):
    name: str  # "path", or "path#2" where a block runs again
    channels: int
    size: list[int]  # spatial shape of its maps, or else of its mask; empty where neither is known
    maps: bool  # can U be seen?
    channel: bool  # has it channel gates?
    spatial: bool  # has it a mask?
    rule: str | None  # a name of `scse.rules.RULES`; None where none gives what was seen
    range: list[float]  # of its gates, with 0 and 1 in it


class _Output(TypedDict):
    kind: Literal["map", "classes", "numbers"]
    classes: list[Class]  # empty for numbers


class Output(_Output, total=False):
    threshold: float  # of a map with one channel: above it is class 1
    note: str  # beside the output, for the reader


class Manifest(TypedDict):
    """What the page reads, beside the arrays.

    These are ``picture0`` and ``label0`` (H, W), ``output0`` (H, W) class numbers or (K,) the
    numbers, ``gates0.3`` (C,), ``mask0.3`` (1, h, w) and ``maps0.3`` (kept, h, w): of input 0 and
    of its block 3.
    """

    network: str
    inputs: list[Input]
    blocks: list[Block]  # in the order in which they run
    output: Output
    slice: int | None  # of volumes: the index to which everything that is stored is cut
    reduced: dict[str, int]  # "picture", "label", "output" → positions a side that became one
    hint: int | None  # the channel of the first block that the page suggests to pull
    maps: dict[str, list[int]]  # "0.3" → the channels whose maps are in maps0.3, rising
    defaults: dict[str, Any]  # trait → what it is where a page finds an invalid one


def describe_block(name: str, entries: Sequence[BlockRecord]) -> Block:
    """A block for the page, from what it did to each input."""
    entry = entries[0]
    gates = [gate for e in entries for gate in (e.channel, e.spatial) if gate is not None]
    told = [e for e in entries if e.output is None or e.output.any()]  # every rule fits zeros
    rules = {rule_of(*e) for e in told or entries}
    shaped = entry.spatial if entry.input is None else entry.input
    return {
        "name": name,
        "channels": next((t.shape[1] for t in (entry.channel, entry.input) if t is not None), 1),
        "size": [] if shaped is None else list(shaped.shape[2:]),
        "maps": entry.input is not None,
        "channel": entry.channel is not None,
        "spatial": entry.spatial is not None,
        "rule": rules.pop() if len(rules) == 1 else None,
        "range": [
            min([0.0, *(float(gate.min()) for gate in gates)]),
            max([1.0, *(float(gate.max()) for gate in gates)]),
        ],
    }


def problem(value: Any, manifest: Manifest) -> str | None:
    """What is wrong with edits of the blocks in a manifest; None if nothing is."""
    sites: dict[str, edits.Site] = {}
    rules: dict[str, str | None] = {}
    for block in manifest["blocks"]:
        path = run_of(block["name"])[0]  # a block that runs again is as in its first run
        site: edits.Site = {
            "channels": block["channels"],
            "positions": block["size"],
            "branches": [branch for branch in BRANCHES if block[branch]],
            "range": block["range"],
        }
        low, high = sites.setdefault(path, site)["range"]
        sites[path]["range"] = [min(low, block["range"][0]), max(high, block["range"][1])]
        rules.setdefault(path, block["rule"])
    wrong = edits.problem(value, sites, len(manifest["inputs"]))
    if wrong:
        return wrong
    for path, branches in value.items():
        for branch, edit in branches.items():
            if edit["base"] == "neutral" and rules[path] is None:
                return (
                    f"{path}.{branch}: how this block applies its gates is not known, so neither "
                    "is what neutral would be: say zero or one"
                )
    return None


def check(manifest: Manifest, arrays: Mapping[str, Tensor]) -> None:
    """Whether a manifest and its arrays, read from a file, can be shown.

    Raises:
        KeyError, TypeError, ValueError: they cannot.
    """
    if missing := sorted(Manifest.__required_keys__ - set(manifest)):
        raise ValueError(f"the manifest lacks {', '.join(missing)}")
    for block in manifest["blocks"]:
        if missing := sorted(Block.__required_keys__ - set(block)):
            raise ValueError(f"a block lacks {', '.join(missing)}")
        if block["rule"] is not None:
            rule(block["rule"])  # raises where there is none
    for i in range(len(manifest["inputs"])):
        if missing := [name for name in (f"picture{i}", f"output{i}") if name not in arrays]:
            raise ValueError(f"the arrays lack {', '.join(missing)}")


def describe_output(output: Tensor, spatial: Sequence[int], classes: Classes) -> Output:
    """What kind of thing a network returned for one input, without its batch axis.

    Raises:
        ValueError: ``classes`` are not as many as the output has, or have no such colour.
    """
    count = output.shape[0]
    located = output.dim() == 1 + len(spatial)
    if output.dim() == 1 and count > 1:
        return {"kind": "classes", "classes": named_classes(classes, count)}
    if located and (classes or count <= MOST_CLASSES):
        if count != 1:
            return {"kind": "map", "classes": named_classes(classes, count)}
        # One channel is a yes or a no; a network that ends in a sigmoid says so by its range.
        probable = bool(output.min() >= 0) and bool(output.max() <= 1)
        threshold = 0.5 if probable else 0.0
        return {"kind": "map", "threshold": threshold, "classes": named_classes(classes, 2)}
    described: Output = {"kind": "numbers", "classes": []}
    if located:
        described["note"] = _words.group("explorer", "page")["features"].format(channels=count)
    return described


def named_classes(classes: Classes, count: int) -> list[Class]:
    """Of names, of (name, "#rrggbb"), or made up."""
    if classes is None:
        classes = [str(k) for k in range(count)]
    classes = list(classes)
    if len(classes) != count:
        raise ValueError(f"the network has {count} classes, classes= names {len(classes)}")
    named: list[Class] = [
        {"name": _words.name(str(entry)), "colour": CLASS_COLOURS[k % len(CLASS_COLOURS)]}
        if not isinstance(entry, (tuple, list))
        else {"name": _words.name(str(entry[0])), "colour": str(entry[1])}
        for k, entry in enumerate(classes)
    ]
    for entry in named:
        if not re.fullmatch("#[0-9a-fA-F]{6}", entry["colour"]):
            raise ValueError(
                f'the colour of class {entry["name"]!r} must be "#rrggbb", got {entry["colour"]!r}'
            )
    return named


def class_map(output: Tensor, described: Output) -> Tensor:
    """The class of each position: uint8, of the output's spatial shape."""
    if "threshold" in described:
        return (output[0] > described["threshold"]).byte()
    return output.argmax(0).byte()


def planes_of(image: Tensor, label: Tensor | None) -> Tensor:
    """What a panel shows of an input: uint8 (1 or 2, *spatial), a grey picture and its label."""
    parts = [grey(image)]
    if label is not None and label.dim():
        parts.append(label.cpu().byte())
    return torch.stack(parts)


def stored(
    pictures: Sequence[Tensor],
    records: Sequence[Record],
    outputs: Sequence[Tensor],
    described: Output,
    names: Sequence[str],
    at: int | None,
    seen: tuple[int, int],
) -> tuple[dict[str, Tensor | Quantised], dict[str, int], dict[str, list[int]]]:
    """The arrays of an explorer, within the budget.

    Args:
        pictures: `planes_of` each input.
        records: of each input.
        outputs: of each, without a batch axis.
        described: what `describe_output` says of them.
        names: of the blocks.
        at: the slice of a volume, or None.
        seen: the numbers of the input and of the block that are looked at first.

    Returns:
        The arrays, and ``reduced`` and ``maps`` of `Manifest`.
    """
    spatials = [planes.shape[1:] for planes in pictures]
    flat = [cut(planes, at, s) for planes, s in zip(pictures, spatials, strict=True)]
    arrays: dict[str, Tensor | Quantised] = {}
    reduced: dict[str, int] = {}

    def store(
        kind: str, planes: Sequence[Tensor], smaller: Callable[[Tensor, int], Tensor], budget: int
    ) -> None:
        reduced[kind], fitting = _fitting(planes, smaller, budget, PICTURE_SIDE)
        arrays.update({f"{kind}{i}": plane for i, plane in enumerate(fitting)})

    store("picture", [planes[0] for planes in flat], _smaller_picture, PICTURES)
    store("label", [planes[1] for planes in flat if len(planes) > 1], _smaller_classes, CLASS_MAPS)
    if described["kind"] == "map":
        maps = [class_map(output, described)[None].cpu() for output in outputs]
        planes = [cut(m, at, s)[0] for m, s in zip(maps, spatials, strict=True)]
        store("output", planes, _smaller_classes, CLASS_MAPS)
    else:
        arrays |= {f"output{i}": o.flatten()[:4096].float().cpu() for i, o in enumerate(outputs)}
    masks = {}
    for i, rec in enumerate(records):
        for b, name in enumerate(names):
            channel, mask = rec[name].channel, rec[name].spatial
            if channel is not None:
                arrays[f"gates{i}.{b}"] = channel[0].flatten().float().cpu()
            if mask is not None:
                masks[f"mask{i}.{b}"] = cut(mask[0].float(), at, spatials[i])
    _, fitting = _fitting(list(masks.values()), _smaller_mask, MASKS, MASK_SIDE)
    arrays |= zip(masks, fitting, strict=True)

    used = sum(ENTRY + _bytes(array) for array in arrays.values()) + SCALE * len(masks)
    kept = {}
    for (i, b), channels in _chosen(records, names, at, spatials, seen, BUDGET - used).items():
        arrays[f"maps{i}.{b}"] = _maps(records[i][names[b]], channels, at, spatials[i])
        kept[f"{i}.{b}"] = channels
    return arrays, reduced, kept


Fitting = TypeVar("Fitting", Tensor, Quantised)


def _bytes(array: Tensor | Quantised) -> int:
    """About how many an array takes, packed."""
    if isinstance(array, Quantised):
        return estimated(array.codes)
    return estimated(array) if array.dtype == torch.uint8 else 4 * array.numel()


def _fitting(
    planes: Sequence[Tensor], smaller: Callable[[Tensor, int], Fitting], budget: int, side: int
) -> tuple[int, list[Fitting]]:
    """Planes of ``side`` positions a side at most, or of as many as the budget allows for all.

    Returns:
        How many positions a side of the largest became one; the planes.
    """
    longest = max((max(plane.shape[-2:]) for plane in planes), default=1)
    side = min(side, longest)
    while True:
        found = [smaller(plane, side) for plane in planes]
        if side <= 4 or sum(map(_bytes, found)) <= budget:
            return -(-longest // side), found
        side = side * 2 // 3


def _smaller_picture(plane: Tensor, side: int) -> Tensor:
    return pooled(plane[None], side)[0].round().byte()


def _smaller_classes(plane: Tensor, side: int) -> Tensor:
    """Single positions: the mean of two classes is none."""
    factor = -(-max(plane.shape) // side)
    rows, columns = (
        ((torch.arange(-(-length // factor)) + 0.5) * factor).long().clamp_max(length - 1)
        for length in plane.shape
    )
    return plane[rows][:, columns]


def _smaller_mask(mask: Tensor, side: int) -> Quantised:
    return quantise(pooled(mask, side))


def _maps(
    entry: BlockRecord, channels: Sequence[int], at: int | None, spatial: Sequence[int]
) -> Quantised:
    maps = cut(known(entry.input)[0][channels].float(), at, spatial)
    return quantise(pooled(maps, MAP_SIDE), LEVELS)


def _ranked(entry: BlockRecord) -> list[int]:
    """The channels with the highest gates, highest first, as the page sorts them."""
    count = known(entry.input).shape[1]
    if entry.channel is None or entry.channel[0].numel() != count:
        return list(range(min(COUNTS[0], count)))
    order = entry.channel[0].flatten().argsort(descending=True, stable=True)
    return order[: COUNTS[0]].tolist()


def _chosen(
    records: Sequence[Record],
    names: Sequence[str],
    at: int | None,
    spatials: Sequence[Sequence[int]],
    seen: tuple[int, int],
    budget: int,
) -> dict[tuple[int, int], list[int]]:
    """The channels whose maps are stored, (input, block) → rising numbers.

    A page of those that are looked at first, then as many everywhere; where that is none, of the
    input that is looked at first.
    """
    left: float = max(budget, MAPS)
    ranked = {
        (i, b): _ranked(rec[name])
        for i, rec in enumerate(records)
        for b, name in enumerate(names)
        if rec[name].input is not None
    }
    price = {}  # of a map, told by a few
    for (i, b), channels in ranked.items():
        some = _maps(records[i][names[b]], channels[:4], at, spatials[i])
        price[i, b] = SCALE + _bytes(some) / len(channels[:4])
    counts = dict.fromkeys(ranked, 0)
    if seen in ranked:
        counts[seen] = min(PAGE, len(ranked[seen]), int(left / price[seen]))
        left -= counts[seen] * price[seen]

    def grown(group: Iterable[tuple[int, int]], most: int) -> dict[tuple[int, int], int]:
        return {key: max(counts[key], min(most, len(ranked[key]))) for key in group}

    def cost(more: Mapping[tuple[int, int], int]) -> float:
        return sum(price[key] * (count - counts[key]) for key, count in more.items())

    groups = (list(ranked), [key for key in ranked if key[0] == seen[0]])
    options = (grown(group, most) for group in groups for most in COUNTS)
    counts |= next((more for more in options if cost(more) <= left), {})
    return {key: sorted(ranked[key][:count]) for key, count in counts.items() if count}
