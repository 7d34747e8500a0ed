"""One zlib stream for all arrays of a widget, and the manifest that says where each one is.

`pack` writes it; `unpack` reads it here, and js/src/ground/unpack.js in the page.
"""

import zlib
from dataclasses import dataclass

import torch


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
    candidates = {None: planes, **{name: _differences(planes, dim) for name, dim in AXES.items()}}
    raw = {name: array.contiguous().numpy().tobytes() for name, array in candidates.items()}
    # Level 6 finds the same filter as level 9, and in less time.
    sizes = {name: len(zlib.compress(data, 6)) for name, data in raw.items()}
    name = min(sizes, key=sizes.__getitem__)
    return sizes[name], name, raw[name]


def estimated(codes: torch.Tensor) -> int:
    """About how many bytes a uint8 array takes when it is packed."""
    return _smallest(codes)[0]


def pack(arrays: dict[str, torch.Tensor | Quantised]) -> tuple[dict, bytes]:
    """Manifest entries and compressed bytes of uint8, float32 and quantised arrays.

    Raises:
        TypeError: an array of another dtype.
    """
    entries, chunks, offset = {}, [], 0
    for name, array in arrays.items():
        extra = {}
        if isinstance(array, Quantised):
            extra = {"scale": array.scale.flatten().tolist(), "zero": array.zero.flatten().tolist()}
            array = array.codes
        array = array.detach().cpu()
        if array.dtype == torch.uint8:
            _, how, raw = _smallest(array)
            if how:
                extra["filter"] = how
        elif array.dtype == torch.float32:
            raw = array.contiguous().numpy().astype("<f4").tobytes()
        else:
            raise TypeError(f"array {name!r} must be uint8 or float32, got {array.dtype}")
        entries[name] = {
            "dtype": str(array.dtype).removeprefix("torch."),
            "shape": list(array.shape),
            "offset": offset,
            "length": len(raw),
            **extra,
        }
        chunks.append(raw)
        offset += len(raw)
    return entries, zlib.compress(b"".join(chunks), 9)


def unpack(packed: bytes, entries: dict) -> dict[str, torch.Tensor]:
    """What `pack` packed: tensors, quantised ones as their values in float64.

    Raises:
        ValueError: these are not the bytes of these entries.
    """
    try:
        data = zlib.decompress(packed)
        return {name: _array(data, entry) for name, entry in entries.items()}
    except (zlib.error, KeyError, TypeError, AttributeError, RuntimeError) as error:
        raise ValueError(f"the packed arrays cannot be read: {error}") from error


def _array(data, entry):
    raw = bytearray(data[entry["offset"] : entry["offset"] + entry["length"]])
    dtype = {"uint8": torch.uint8, "float32": torch.float32}[entry["dtype"]]
    array = torch.frombuffer(raw, dtype=dtype) if raw else torch.empty(0, dtype=dtype)
    array = array.reshape(entry["shape"])
    if "filter" in entry:
        planes = _planes(array).cumsum(AXES[entry["filter"]], dtype=torch.uint8)
        array = planes.reshape(array.shape)
    if "scale" in entry:
        scale, zero = (
            torch.tensor(entry[part], dtype=torch.float64)[:, None, None]
            for part in ("scale", "zero")
        )
        array = (zero + scale * _planes(array).double()).reshape(array.shape)
    return array
