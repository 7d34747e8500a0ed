"""One zlib stream for all arrays of a widget, and the manifest that says where each one is.

`pack` writes it; `unpack` reads it here, and js/src/ground/unpack.js in the page.
"""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypedDict

import torch


class _Entry(TypedDict):
    dtype: str  # "uint8" or "float32"
    shape: list[int]
    offset: int
    length: int  # bytes


class Entry(_Entry, total=False):
    """Where an array is in the stream, and what has to be undone; `Entry` of unpack.js."""

    filter: str  # of `AXES`: differences to the last element, or to the last plane
    scale: list[float]  # a plane (axes -2, -1): value = zero + scale · code
    zero: list[float]


@dataclass(frozen=True)
class Quantised:
    """Maps as bytes: value = zero + scale · code, one scale and zero for each (…, H, W) plane."""

    codes: torch.Tensor  # uint8 (…, H, W)
    scale: torch.Tensor  # float64 (…)
    zero: torch.Tensor  # float64 (…)

    def values(self) -> torch.Tensor:
        """What the page computes with: float64 (…, H, W)."""
        return self.zero[..., None, None] + self.scale[..., None, None] * self.codes.double()


def quantise(maps: torch.Tensor, levels: int = 256) -> Quantised:
    """Round each (H, W) plane of ``maps`` to ``levels`` evenly spaced values, its ends kept.

    The rounding error is at most half a step, ``(max - min) / (levels - 1) / 2``.
    """
    maps = maps.detach().cpu().double()
    low, high = maps.amin((-2, -1)), maps.amax((-2, -1))
    scale = (high - low) / (levels - 1)
    step = torch.where(scale > 0, scale, 1.0)
    codes = ((maps - low[..., None, None]) / step[..., None, None]).round().to(torch.uint8)
    return Quantised(codes, scale, low)


def _differences(codes: torch.Tensor, dim: int) -> torch.Tensor:
    first = codes.narrow(dim, 0, 1)
    length = codes.shape[dim]
    return torch.cat(
        [first, codes.narrow(dim, 1, length - 1) - codes.narrow(dim, 0, length - 1)], dim
    )


def _planes(codes: torch.Tensor) -> torch.Tensor:
    return codes.reshape(-1, *codes.shape[-2:]) if codes.dim() > 1 else codes[None, None]


AXES = {"delta": -1, "plane": 0}  # filter → the axis of `_planes` along which it takes differences


def _smallest(codes: torch.Tensor) -> tuple[int, str | None, bytes]:
    """The bytes of a uint8 array, or of its differences modulo 256 where those compress better.

    With the size that they come to, and the name of the filter.
    """
    planes = _planes(codes)
    candidates: dict[str | None, torch.Tensor] = {None: planes}
    candidates |= {name: _differences(planes, dim) for name, dim in AXES.items()}
    raw = {name: array.contiguous().numpy().tobytes() for name, array in candidates.items()}
    # Level 6 finds the same filter as level 9, and in less time.
    sizes = {name: len(zlib.compress(data, 6)) for name, data in raw.items()}
    name = min(sizes, key=sizes.__getitem__)
    return sizes[name], name, raw[name]


def estimated(codes: torch.Tensor) -> int:
    """About how many bytes a uint8 array takes when it is packed."""
    return _smallest(codes)[0]


def pack(arrays: Mapping[str, torch.Tensor | Quantised]) -> tuple[dict[str, Entry], bytes]:
    """Manifest entries and compressed bytes of uint8, float32 and quantised arrays.

    Raises:
        TypeError: an array of another dtype.
    """
    entries: dict[str, Entry] = {}
    chunks, offset = [], 0
    for name, packed in arrays.items():
        array = (packed.codes if isinstance(packed, Quantised) else packed).detach().cpu()
        how = None
        if array.dtype == torch.uint8:
            _, how, raw = _smallest(array)
        elif array.dtype == torch.float32:
            raw = array.contiguous().numpy().astype("<f4").tobytes()
        else:
            raise TypeError(f"array {name!r} must be uint8 or float32, got {array.dtype}")
        entry: Entry = {
            "dtype": str(array.dtype).removeprefix("torch."),
            "shape": list(array.shape),
            "offset": offset,
            "length": len(raw),
        }
        if isinstance(packed, Quantised):
            entry["scale"] = packed.scale.flatten().tolist()
            entry["zero"] = packed.zero.flatten().tolist()
        if how:
            entry["filter"] = how
        entries[name] = entry
        chunks.append(raw)
        offset += len(raw)
    return entries, zlib.compress(b"".join(chunks), 9)


def unpack(packed: bytes, entries: Mapping[str, Any]) -> dict[str, torch.Tensor]:
    """What `pack` packed: tensors, quantised ones as their values in float64.

    Raises:
        ValueError: these are not the bytes of these entries.
    """
    try:
        data = zlib.decompress(packed)
        return {name: _array(data, entry) for name, entry in entries.items()}
    except (zlib.error, KeyError, TypeError, AttributeError, RuntimeError) as error:
        raise ValueError(f"the packed arrays cannot be read: {error}") from error


def _array(data: bytes, entry: Entry) -> torch.Tensor:
    raw = bytearray(data[entry["offset"] : entry["offset"] + entry["length"]])
    dtype = {"uint8": torch.uint8, "float32": torch.float32}[entry["dtype"]]
    array = torch.frombuffer(raw, dtype=dtype) if raw else torch.empty(0, dtype=dtype)
    array = array.reshape(entry["shape"])
    if "filter" in entry:
        planes = _planes(array).cumsum(AXES[entry["filter"]], dtype=torch.uint8)
        array = planes.reshape(array.shape)
    if "scale" in entry:
        scale, zero = (
            torch.tensor(numbers, dtype=torch.float64)[:, None, None]
            for numbers in (entry["scale"], entry["zero"])
        )
        array = (zero + scale * _planes(array).double()).reshape(array.shape)
    return array
