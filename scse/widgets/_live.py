"""A network for a page without Python: the ONNX file, and the inputs that the page shows.

js/src/engine/page.js runs it, with ONNX Runtime, which `runtime` gives.
"""

import gzip
from collections.abc import Mapping
from typing import NamedTuple

import torch
from torch import nn

from scse.export import Gated, check, onnx_of
from scse.foreign import unwrap
from scse.widgets import _words
from scse.widgets._base import STATIC
from scse.widgets._engine import Engine, message_of
from scse.widgets._packing import Entry, pack

REASONS = _words.group("engine", "reasons")


class Network(NamedTuple):
    """What a page needs to run a network."""

    onnx: bytes
    inputs: bytes  # packed: images as the network takes them, and what a panel shows of them
    arrays: dict[str, Entry]  # where they are in there: "input0", "picture0" and so on

    def parts(self, name: str) -> dict[str, bytes]:
        """The files, as the page's engine calls them."""
        return {f"onnx/{name}.onnx": self.onnx, f"onnx/{name}.inputs": self.inputs}


class Obstacle(ValueError):
    """Why a network cannot run in a page, for a reader."""


def network(engine: Engine) -> Network:
    """The only network of an engine, with its images, for a page; compared with torch first.

    Raises:
        ModuleNotFoundError: onnx, onnxscript or onnxruntime is missing.
        Obstacle: the network cannot be written as an ONNX file, or says something else there.
    """
    ((name, net),) = engine.networks.items()
    where = engine.where.get(name)
    _fit(engine, net)
    images = [image[None].cpu().float() for image in engine.images]
    try:
        gated = Gated(net, images[0], where).eval()
        onnx = onnx_of(gated, images[0])
    except ModuleNotFoundError:
        raise
    except Exception as error:  # whatever the exporter, or the network in its hands, runs into
        raise Obstacle(REASONS["noExport"].format(error=_reason(error))) from error
    try:
        check(onnx, gated, images)
    except ModuleNotFoundError:
        raise
    except Exception as error:  # ONNX Runtime has its own kinds
        raise Obstacle(REASONS["differs"].format(error=_reason(error))) from error
    arrays = {f"input{i}": image[0] for i, image in enumerate(images)}
    arrays |= {f"picture{i}": planes for i, planes in enumerate(engine.pictures)}
    entries, packed = pack(arrays)
    return Network(onnx, packed, entries)


def _fit(engine: Engine, net: nn.Module) -> None:
    if any(module.training for module in unwrap(net).modules()):
        raise Obstacle(REASONS["training"])
    dtypes = {p.dtype for p in net.parameters() if p.is_floating_point()}
    if other := sorted(str(dtype) for dtype in dtypes - {torch.float32}):
        raise Obstacle(REASONS["dtype"].format(dtypes=", ".join(other)))
    shapes = {tuple(image.shape) for image in engine.images}
    if len(shapes) > 1:
        listed = ", ".join("×".join(map(str, shape)) for shape in sorted(shapes))
        raise Obstacle(REASONS["sizes"].format(sizes=listed))
    if not all(image.is_floating_point() for image in engine.images):
        raise Obstacle(REASONS["integers"].format(dtype=engine.images[0].dtype))


def _reason(error: BaseException) -> str:
    """The first line of the exception at the bottom."""
    while error.__cause__ is not None:
        error = error.__cause__
    return message_of(error if isinstance(error, Exception) else Exception(error)).splitlines()[0]


def runtime() -> Mapping[str, bytes]:
    """The page's engine: the worker, and ONNX Runtime's WebAssembly, gzipped.

    Raises:
        FileNotFoundError: this installation does not have it.
    """
    wasm = STATIC / "ort.wasm.gz"
    if not wasm.is_file():
        raise FileNotFoundError(
            "ONNX Runtime for pages is not in this installation of scse: it was installed from a "
            "source tree in which `npm --prefix js ci` and `npm --prefix js run engine` had not "
            "been run (make does both)"
        )
    return {
        "engine/worker.js": (STATIC / "worker.js").read_bytes(),
        "engine/ort.wasm.gz": wasm.read_bytes(),
    }


def zipped(content: bytes) -> bytes:
    """A part as it lies in a page: gzip, also where it has been before."""
    return content if content[:2] == b"\x1f\x8b" else gzip.compress(content, 9, mtime=0)
