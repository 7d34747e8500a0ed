"""What is done to a gate, as one value: in Python, in the page, in links and in saved files.

An `Edit` is plain data, ``{"base": "invert", "set": {"3": 0.5}}``. It is read in this order:

1. ``base``, what all entries of the gate become:

   ===========  ==================================================================================
   ``own``      what the network computes
   ``neutral``  what the block's rule says an absent branch is, see `scse.rules`
   ``zero``     0
   ``one``      1
   ``flat``     their own mean over the entries: one number for the whole gate of an image
   ``mean``     the mean of each entry over other inputs (*mean ablation*)
   ``invert``   1 − own
   ``from``     those of another input, number ``from`` (*activation patching*)
   ===========  ==================================================================================

2. ``set``, single entries by hand: channel → number, or of a mask position (row by row) → number.
3. ``strokes``, paint on a mask of two spatial axes: ``{"width", "value", "points"}``, x and y in
   positions from the top left corner; a position is painted if its centre lies under the pen.

The field calls all of this *interventions*; *ablation* is an intervention that takes a gate's
message away (``neutral``, ``zero``, ``flat``, ``mean``), *activation patching* one that brings
another input's.

edits.schema.json says what form an edit has. js/src/gates/edit.js reads edits in the page; golden
values hold the two together.
"""

import functools
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, TypedDict

import torch
from torch import Tensor

from scse._extras import require

SCHEMA = Path(__file__).with_name("edits.schema.json")


class Stroke(TypedDict):
    """Paint on a mask."""

    width: float  # of the round pen, in positions
    value: float  # 0 … 1
    points: list[float]  # x, y, x, y …


Base = Literal["own", "neutral", "zero", "one", "flat", "mean", "invert", "from"]
_From = TypedDict("_From", {"from": int}, total=False)  # a keyword, hence the call


class _Edit(TypedDict):
    base: Base


class Edit(_Edit, _From, total=False):
    """What is done to one gate; see the module."""

    set: dict[str, float]
    strokes: list[Stroke]


Edits = Mapping[str, Mapping[str, Edit]]  # block → branch → edit


def changes(edit: Edit | None) -> bool:
    """Whether an edit changes anything."""
    return edit is not None and (
        edit["base"] != "own" or bool(edit.get("set")) or bool(edit.get("strokes"))
    )


def replacement(
    edit: Edit,
    *,
    label: str = "gate",
    neutral: float | None = None,
    lend: Callable[[Edit], Tensor] | None = None,
) -> Callable[[Tensor], Tensor]:
    """A function from a gate to what an edit makes of it.

    Args:
        edit: see the module.
        label: what to call the gate in messages.
        neutral: of its rule; None if that is not known.
        lend: the gate for an edit whose base is ``mean`` or ``from``, broadcasting to the gate.

    Returns:
        (N, C, 1, …) or (N, 1, *spatial) → the same shape.

    Raises:
        ValueError: an unknown base or part, a base for which something is missing, a source
            without the base ``from``, a stroke that lacks something; when the function is called
            also an entry that is not there, or paint on a gate that is no mask
            of two spatial axes.
        TypeError: parts of another type.
    """
    if unknown := sorted(set(edit) - {"base", "from", "set", "strokes"}):
        raise ValueError(f"the edit of the {label} has unknown parts {', '.join(unknown)}")
    base = _base(edit, label, neutral, lend)
    entries = _entries(edit.get("set") or {}, label)
    strokes = _strokes(edit.get("strokes") or (), label)
    if wrong := _stray_source(edit):
        raise ValueError(f"the edit of the {label}: {wrong}")

    def replace(gate: Tensor) -> Tensor:
        new = base(gate)
        try:
            new = new.to(gate).expand(gate.shape)
        except RuntimeError:
            raise ValueError(
                f"the {label} has the shape {tuple(gate.shape)}; what takes its place has "
                f"{tuple(new.shape)}"
            ) from None
        new = new.clone(memory_format=torch.contiguous_format)  # so that `flat` is a view
        flat = new.flatten(1)  # (N, entries)
        for k, value in entries.items():
            if k >= flat.shape[1]:
                raise ValueError(f"the {label} has {flat.shape[1]} entries; there is no {k}")
            flat[:, k] = value
        if strokes and (gate.dim() != 4 or gate.shape[1] != 1):
            raise ValueError(f"paint needs a mask of two spatial axes; not so the {label}")
        for stroke in strokes:
            new[..., painted(stroke, *gate.shape[2:]).to(gate.device)] = float(stroke["value"])
        return new

    return replace


def _base(edit: Edit, label: str, neutral: Any, lend: Any) -> Callable[[Tensor], Tensor]:
    name = edit.get("base")
    if name == "neutral" and neutral is None:
        raise ValueError(
            f"what an absent branch is depends on the block's rule, which is not known for the "
            f"{label}: say zero or one"
        )
    if name in ("mean", "from") and lend is None:
        raise ValueError(f"the edit of the {label} has the base {name!r}: of which inputs?")
    bases: dict[str, Callable[[Tensor], Tensor]] = {
        "own": lambda gate: gate,
        "neutral": lambda gate: torch.full_like(gate, neutral),
        "zero": torch.zeros_like,
        "one": torch.ones_like,
        "flat": lambda gate: gate.flatten(1).mean(1).reshape([-1] + [1] * (gate.dim() - 1)),
        "mean": lambda gate: lend(edit),
        "invert": lambda gate: 1 - gate,
        "from": lambda gate: lend(edit),
    }
    if name not in bases:
        raise ValueError(
            f"the edit of the {label} has the base {name!r}; there are {', '.join(bases)}"
        )
    return bases[name]


FROM = "from says whose gate it is, with the base from and no other"


def _stray_source(edit: Any) -> str | None:
    return FROM if "from" in edit and edit["base"] != "from" else None


def _entries(given: Any, label: str) -> dict[int, float]:
    try:
        entries = {int(k): float(value) for k, value in given.items()}
    except (AttributeError, TypeError, ValueError):
        entries = {-1: 0.0}
    if min(entries, default=0) < 0:
        raise TypeError(f"set of the {label} must be {{entry: number}}, got {given!r}")
    return entries


def _strokes(given: Any, label: str) -> list[Stroke]:
    """Strokes of the form that edits.schema.json asks of them, which takes a library to read."""
    parts = Stroke.__annotations__.keys()
    if not isinstance(given, Sequence) or not all(isinstance(one, Mapping) for one in given):
        raise TypeError(f"strokes of the {label} must be a list of strokes, got {given!r}")
    for stroke in given:
        if stroke.keys() != parts:
            raise ValueError(
                f"a stroke of the {label} has {', '.join(parts)}, no more and no less; got {stroke}"
            )
        try:
            points = [float(v) for v in stroke["points"]]
            float(stroke["width"]), float(stroke["value"])
        except (TypeError, ValueError):
            raise TypeError(f"a stroke of the {label} is made of numbers, got {stroke}") from None
        if not points or _odd(points):
            raise ValueError(f"{PAIRS}, x and y; one of the {label} has {len(points)}")
    return list(given)


PAIRS = "a stroke has pairs of numbers"


def _odd(points: Sequence[float]) -> bool:
    return len(points) % 2 != 0


def painted(stroke: Stroke, height: int, width: int) -> Tensor:
    """Which positions of a mask (height, width) a stroke covers: bool."""
    points = torch.tensor(stroke["points"], dtype=torch.float64).reshape(-1, 2)  # x, y
    ends = points.repeat(2, 1) if len(points) == 1 else points
    y, x = torch.meshgrid(
        torch.arange(height, dtype=torch.float64) + 0.5,
        torch.arange(width, dtype=torch.float64) + 0.5,
        indexing="ij",
    )
    covered = torch.zeros(height, width, dtype=torch.bool)
    for (ax, ay), (bx, by) in zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True):
        dx, dy = bx - ax, by - ay
        length = dx * dx + dy * dy
        t = ((x - ax) * dx + (y - ay) * dy) / length if length else torch.zeros_like(x)
        t = t.clamp(0, 1)
        near = torch.hypot(x - ax - t * dx, y - ay - t * dy)
        covered |= stroke["width"] / 2 + 0.5 - near >= 0.5  # as the page rounds its soft edge
    return covered


@functools.cache
def _validator(schema: Path) -> Any:
    jsonschema, referencing = require("jsonschema", "widgets"), require("referencing", "widgets")
    read = [json.loads(path.read_text(encoding="utf-8")) for path in (SCHEMA, schema)]
    registry = referencing.Registry().with_resources(
        (one["$id"], referencing.Resource.from_contents(one)) for one in read
    )
    return jsonschema.Draft7Validator(read[-1], registry=registry)


def form_problem(value: Any, schema: Path = SCHEMA, name: str = "") -> str | None:
    """What is wrong with the form of a value; None if nothing is.

    Args:
        value: plain data.
        schema: a file, which may refer to edits.schema.json.
        name: what to call the value as a whole.
    """
    error = next(_validator(schema).iter_errors(value), None)
    if error is None:
        return None
    place = ".".join(map(str, error.absolute_path)) or name
    if error.validator == "pattern" and "description" in error.schema:
        return f"{place} is {error.schema['description']}; got {error.instance!r}"
    return f"{place}: {error.message}" if place else error.message


MOST_POINTS = 20000  # of all strokes: more would take long to draw


def strokes_problem(strokes: Sequence[Stroke], size: int) -> str | None:
    """What is wrong with strokes of the right form on a sheet of ``size`` positions a side.

    As `strokesProblem` of js/src/gates/check.js.
    """
    for stroke in strokes:
        if _odd(stroke["points"]):
            return PAIRS
        if not all(-size <= v <= 2 * size for v in stroke["points"]):
            return "a stroke lies far outside the sheet"
        if stroke["width"] > max(1, size / 4):
            return f"a stroke is {stroke['width']:g} wide; {max(1, size / 4):g} is the most"
    points = sum(len(stroke["points"]) // 2 for stroke in strokes)
    if points > MOST_POINTS:
        return f"strokes of {points} points; {MOST_POINTS} is the most"
    return None


class _Site(TypedDict):
    channels: int
    positions: list[int]  # the spatial shape; empty where that is not known
    branches: list[str]


class Site(_Site, total=False):
    """What must be known of a block to check its edits."""

    range: list[float]  # of the gates; 0 to 1 if not given


def problem(
    edits: Any, sites: Mapping[str, Site], inputs: int, *, means: bool = True
) -> str | None:
    """What is wrong with edits that came from a page, a link or a file; None if nothing is.

    Args:
        edits: block → branch → edit.
        sites: what there is to be edited, by the names of the blocks.
        inputs: how many inputs ``from`` may name.
        means: whether there is a mean of each gate for the base ``mean``.
    """
    if wrong := form_problem(edits, name="edits"):
        return wrong
    for block, branches in edits.items():
        if block not in sites:
            return f"no block {block!r}; there are {', '.join(map(repr, sites))}"
        for branch, edit in branches.items():
            wrong = _misfit(edit, branch, sites[block], inputs)
            if edit["base"] == "mean" and not means:
                wrong = "there is no mean here"
            if wrong:
                return f"{block}.{branch}: {wrong}"
    return None


def _misfit(edit: Edit, branch: str, site: Site, inputs: int) -> str | None:
    if branch not in site["branches"]:
        return f"the block has {' and '.join(site['branches'])} only"
    if wrong := _stray_source(edit):
        return wrong
    if edit["base"] == "from" and "from" not in edit:
        return FROM
    if edit.get("from", -1) >= inputs:
        return f"there is no input {edit['from']}"
    size = site["channels"] if branch == "channel" else _product(site["positions"])
    if beyond := [k for k in edit.get("set", {}) if int(k) >= size]:
        return f"there is no entry {beyond[0]}"
    low, high = site.get("range", [0.0, 1.0])
    if outside := [v for v in edit.get("set", {}).values() if not low <= v <= high]:
        return f"an entry is {outside[0]:g}; they go from {low:g} to {high:g}"
    strokes = edit.get("strokes", [])
    if strokes and (branch == "channel" or len(site["positions"]) != 2):
        return "paint needs a mask of two spatial axes"
    return strokes_problem(strokes, max(site["positions"])) if strokes else None


def _product(sizes: Sequence[int]) -> int:
    return functools.reduce(lambda a, b: a * b, sizes, 1)
