"""What an `Explorer` keeps in the page, so that it shows something without a kernel.

For each input: the gates and masks of every block, the output, a grey picture, and as many
feature maps, averaged to few positions, as a budget of bytes allows.
"""

import json
import zlib

import torch

from scse.widgets import _engine
from scse.widgets._base import CLASS_COLOURS
from scse.widgets._packing import pack, quantise

BUDGET = 180_000  # bytes, compressed; a third more as text in a page
MAP_SIDE = 32
MASK_SIDE = 64
LEVELS = 64
MOST_CLASSES = 64  # more channels than that are features, unless classes= names them


def rule_of(entry):
    """How a block applied its gates, found by trying, so that it holds for anyone's block.

    Returns:
        One of ``"c"``, ``"s"``, ``"1+c"``, ``"1+s"``, ``"add"``, ``"max"``, ``"mul"`` and
        ``"both"``, or None where none of these gives the output that was seen.
    """
    u, c, s, seen = entry
    if u is None or seen is None:
        return None
    if c is not None and s is not None:
        rules = {
            "add": lambda: u * c + u * s,
            "max": lambda: torch.maximum(u * c, u * s),
            "mul": lambda: (u * c) * (u * s),
            "both": lambda: u * c * s,
        }
    elif c is not None or s is not None:
        gate, name = (c, "c") if c is not None else (s, "s")
        rules = {name: lambda: u * gate, f"1+{name}": lambda: u + u * gate}
    else:
        return None
    precision = max(1e-3, 4 * torch.finfo(seen.dtype).eps)
    close = precision * float(seen.abs().max()) + 1e-6
    for name, compute in rules.items():
        try:
            tried = compute()
        except RuntimeError:  # shapes that do not go together
            continue
        if tried.shape == seen.shape and float((tried - seen).abs().max()) <= close:
            return name
    return None


def off_values(entry, rule):
    """What a gate is where its branch is off: what leaves the other branch, or the maps, alone."""
    both = entry.channel is not None and entry.spatial is not None
    alone = 0.0 if rule in ("1+c", "1+s") else 1.0
    return 0.0 if both and rule not in ("mul", "both") else alone


def unpack(packed, entries):
    """What `pack` packed: tensors, quantised ones as their values in float64."""
    data, arrays = zlib.decompress(packed), {}
    for name, entry in entries.items():
        raw = bytearray(data[entry["offset"] : entry["offset"] + entry["length"]])
        dtype = getattr(torch, entry["dtype"])
        array = torch.frombuffer(raw, dtype=dtype) if raw else torch.empty(0, dtype=dtype)
        array = array.reshape(entry["shape"])
        planes = array.reshape(-1, *array.shape[-2:]) if array.dim() > 1 else array[None, None]
        axis = {"delta": -1, "plane": 0}.get(entry.get("filter"))
        if axis is not None:
            array = planes.cumsum(axis, dtype=torch.uint8).reshape(array.shape)
        if "scale" in entry:
            scale, zero = (torch.tensor(entry[k]).double() for k in ("scale", "zero"))
            array = (
                zero[:, None, None] + scale[:, None, None] * array.reshape(planes.shape).double()
            )
            array = array.reshape(entry["shape"])
        arrays[name] = array
    return arrays


def describe_block(name, entries):
    """A block for the page, from what it did to each input."""
    entry = entries[0]
    gates = [gate for e in entries for gate in (e.channel, e.spatial) if gate is not None]
    told = [e for e in entries if e.output is None or e.output.any()]  # every rule fits zeros
    rules = {rule_of(e) for e in told or entries}
    rule = rules.pop() if len(rules) == 1 else None
    return {
        "name": name,
        "channels": next((t.shape[1] for t in (entry.channel, entry.input) if t is not None), 1),
        "maps": entry.input is not None,
        "size": [] if entry.input is None else list(entry.input.shape[2:]),
        "channel": entry.channel is not None,
        "spatial": entry.spatial is not None,
        "rule": rule,
        "off": off_values(entry, rule),
        "range": [
            min([0.0, *(float(gate.min()) for gate in gates)]),
            max([1.0, *(float(gate.max()) for gate in gates)]),
        ],
    }


def describe_output(output, spatial, classes):
    """What kind of thing a network returned for one input, without its batch axis.

    Raises:
        ValueError: ``classes`` are not as many as the output has.
    """
    count = output.shape[0]
    if output.dim() == 1 and count > 1:
        kind = "classes"
    elif output.dim() == 1 + len(spatial) and (classes or count <= MOST_CLASSES):
        kind = "map"
    else:
        return {"kind": "numbers", "classes": []}
    described = {"kind": kind}
    if kind == "map" and count == 1:
        # One channel is a yes or a no; a network that ends in a sigmoid says so by its range.
        probable = bool(output.min() >= 0) and bool(output.max() <= 1)
        described["threshold"] = 0.5 if probable else 0.0
        count = 2
    return {**described, "classes": named_classes(classes, count)}


def named_classes(classes, count):
    """``[{"name", "colour"}]`` of names, of (name, "#rrggbb"), or made up."""
    if classes is None:
        classes = [str(k) for k in range(count)]
    classes = list(classes)
    if len(classes) != count:
        raise ValueError(f"the network has {count} classes, classes= names {len(classes)}")
    return [
        {"name": str(entry), "colour": CLASS_COLOURS[k % len(CLASS_COLOURS)]}
        if not isinstance(entry, (tuple, list))
        else {"name": str(entry[0]), "colour": str(entry[1])}
        for k, entry in enumerate(classes)
    ]


def class_map(output, described):
    """The class of each position: uint8, of the output's spatial shape."""
    if "threshold" in described:
        return (output[0] > described["threshold"]).byte()
    return output.argmax(0).byte()


def plane(tensor, at, spatial):
    """(C, *spatial) as (C, h, w), see `_engine`."""
    return _engine._plane(tensor.float(), at, spatial)


def arrays_of_input(i, rec, names, pictured, output, described, at, spatial):
    """The arrays of one input, feature maps left out."""
    arrays = {f"picture{i}": pictured[0].round().byte()}
    if len(pictured) > 1:
        arrays[f"label{i}"] = pictured[1].byte()
    if described["kind"] == "map":
        flat = class_map(output, described)[None]
        arrays[f"output{i}"] = plane(flat, at, spatial)[0].byte()
    else:
        arrays[f"output{i}"] = output.flatten()[:4096].float().cpu()
    for b, name in enumerate(names):
        if rec[name].channel is not None:
            arrays[f"gates{i}.{b}"] = rec[name].channel[0].flatten().float().cpu()
        if rec[name].spatial is not None:
            mask = plane(rec[name].spatial[0], at, spatial)
            arrays[f"mask{i}.{b}"] = quantise(_engine.pooled(mask, MASK_SIDE))
    return arrays


def best_channels(entry, most):
    """The channels with the highest gates, in the order of their numbers."""
    maps = entry.input[0]
    if entry.channel is None or entry.channel[0].numel() != len(maps):
        return list(range(min(most, len(maps))))
    order = entry.channel[0].flatten().argsort(descending=True, stable=True)  # as the page sorts
    return sorted(order[:most].tolist())


def pack_within(arrays, records, names, at, spatials):
    """Pack, with as many maps as fit.

    Returns:
        Manifest entries, packed bytes, and ``{"0.3": channels}``: whose maps of input 0 and
        block 3 are there.
    """
    for most in (32, 16, 8, 4, 2, 1, 0):
        extra, kept = {}, {}
        for i, rec in enumerate(records):
            for b, name in enumerate(names):
                if most == 0 or rec[name].input is None:
                    continue
                channels = best_channels(rec[name], most)
                maps = plane(rec[name].input[0][channels], at, spatials[i])
                extra[f"maps{i}.{b}"] = quantise(_engine.pooled(maps, MAP_SIDE), LEVELS)
                kept[f"{i}.{b}"] = channels
        entries, packed = pack({**arrays, **extra})
        if len(packed) + len(json.dumps(entries)) <= BUDGET:
            break
    return entries, packed, kept
