"""One zlib stream for all arrays of a widget, and the manifest that says where each one is.

js/src/ground/unpack.js is the reader.
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


def _smallest(codes: torch.Tensor) -> tuple[str | None, bytes]:
    """The bytes of a uint8 array, or of its differences modulo 256 where those compress better."""
    planes = codes.reshape(-1, *codes.shape[-2:]) if codes.dim() > 1 else codes[None, None]
    candidates = {
        None: planes,
        "delta": _differences(planes, -1),
        "plane": _differences(planes, 0),
    }
    raw = {name: array.contiguous().numpy().tobytes() for name, array in candidates.items()}
    name = min(raw, key=lambda name: len(zlib.compress(raw[name], 9)))
    return name, raw[name]


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
            how, raw = _smallest(array)
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
