"""ONNX files in which every gate can be overruled: ``python -m scse.export digits-unet-scse``.

ONNX Runtime runs them where there is no Python, in the pages of the book for instance. The graph
is the network inside `scse.override`, written down: each gate comes with two inputs, ``keep`` and
``value`` of the gate's shape, and what goes on is ``keep · own + value``, ``own`` being the gate
that the network has just computed. ``keep`` 1 and ``value`` 0 change nothing; ``keep`` 0 and
``value`` 0.3 set the gate to 0.3.

For the block ``bottleneck`` of a network with scSE:

=================================  =========================================================
inputs                             ``image`` (1, channels, H, W), ``bottleneck.channel.keep``,
                                   ``bottleneck.channel.value`` (1, C, 1, 1), ``bottleneck.
                                   spatial.keep``, ``bottleneck.spatial.value`` (1, 1, h, w)
outputs                            ``logits``, ``bottleneck.channel`` and
                                   ``bottleneck.spatial``, the gates as the network computes
                                   them, ``bottleneck.maps``, the feature map U (1, C, h, w)
=================================  =========================================================

A block that runs again has further outputs, ``bottleneck#2.channel`` and so on; its inputs are for
all of its runs. A plain U-Net has no gates; its file has the image and the logits.
"""

import argparse
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from scse import data
from scse._command_line import unmade
from scse._extras import require
from scse._follow import follow
from scse._outputs import tensor_of
from scse._undisturbed import evaluating
from scse.foreign import Where, find_sites, lasting, unwrap
from scse.recording import BlockRecord, name_of, override, record, run_of
from scse.rules import BRANCHES, Branch
from scse.weights import card, cards, load

CLOSE = 1e-4  # to torch, relative to the largest number of an output
TIES = 0.02  # the same for a network that unpools, in the norm of an output
FEW = 64  # numbers, of which half the bytes are not worth a node of the graph

Gate = tuple[str, Branch]  # block and branch


class Gated(nn.Module):
    """A network whose gates are arguments: ``(image, keep, value, keep, value, …)``.

    Returns the network's output, then every gate as the network computes it, then the input of
    every block.

    Args:
        net: any `nn.Module` that `record` knows.
        image: an example (1, channels, *spatial): what runs is found by running it.
        where: what else counts as a block, as `find_blocks` takes it.
    """

    def __init__(self, net: nn.Module, image: Tensor, where: Where = None) -> None:
        super().__init__()
        self.net, self.where = unwrap(net), lasting(where)
        sites = find_sites(self.net, self.where)
        with warnings.catch_warnings(), ExitStack() as stack:
            warnings.simplefilter("ignore")  # whoever recorded it first has been warned
            inputs = {name: _inputs(stack, site.module) for name, site in sites.items()}
            self.seen = record(self.net, self._as_taken(image), where=self.where)
        # In a graph there are no numbers by which to find out what a gate is applied to.
        self.sites = {
            name: site._replace(applied=_place(inputs[name], self.seen.get(name)))
            for name, site in sites.items()
        }
        # Those that the network computes: of every run of a block.
        self.own = [
            (name, b) for name, gates in self.seen.items() for b in BRANCHES if _has(gates, b)
        ]
        # Those that are arguments: of every block, in their order.
        self.changed = list(dict.fromkeys((run_of(name)[0], b) for name, b in self.own))
        self.maps = [name for name, gates in self.seen.items() if gates.input is not None]

    def inputs(self) -> list[str]:
        """The names of the arguments."""
        changes = [f"{name}.{b}.{part}" for name, b in self.changed for part in ("keep", "value")]
        return ["image", *changes]

    def outputs(self) -> list[str]:
        """The names of what is returned."""
        return [
            "logits",
            *(f"{name}.{b}" for name, b in self.own),
            *(f"{n}.maps" for n in self.maps),
        ]

    def arguments(self, image: Tensor) -> tuple[Tensor, ...]:
        """The arguments with which every gate stays as it is."""
        shapes = [self._shape(gate) for gate in self.changed]
        return image, *(full(shape) for shape in shapes for full in (torch.ones, torch.zeros))

    def _shape(self, gate: Gate) -> list[int]:
        """That of a gate in all runs of its block; 1 along an axis in which they differ."""
        shapes = [
            getattr(self.seen[name], branch)[:1].shape
            for name, branch in self.own
            if (run_of(name)[0], branch) == gate
        ]
        return [sizes[0] if len(set(sizes)) == 1 else 1 for sizes in zip(*shapes, strict=True)]

    def forward(self, image: Tensor, *changes: Tensor) -> tuple[Tensor, ...]:
        given = dict(zip(self.changed, zip(changes[::2], changes[1::2])))
        own: dict[Gate, Tensor] = {}
        maps: dict[str, Tensor | None] = {}
        with ExitStack() as stack:
            for name in dict.fromkeys(name for name, _ in self.changed):
                change, keep = _change(name, given, own), _keep(name, maps)
                follow(stack, self.net, name, self.sites[name], change=change, keep=keep)
            output = tensor_of(self.net(self._as_taken(image)))
        inside = (*(own[gate] for gate in self.own), *(maps[name] for name in self.maps))
        # A network may make several of one image, crops or mirrored ones: the first is shown.
        return output.float(), *(t[:1].float() for t in inside if t is not None)

    def _as_taken(self, image: Tensor) -> Tensor:
        like = next((p for p in self.net.parameters() if p.is_floating_point()), image)
        return image.to(like.device, like.dtype, copy=True)  # a network may work in place on it


def _inputs(stack: ExitStack, module: nn.Module) -> list[Tensor]:
    """The tensors that a block takes in its first run, as they come in; empty before it."""
    found: list[Tensor] = []

    def enter(module: nn.Module, args: Any, kwargs: Any) -> None:
        if not found:
            found.extend(
                t.detach().clone() for t in (*args, *kwargs.values()) if isinstance(t, Tensor)
            )

    stack.callback(module.register_forward_pre_hook(enter, with_kwargs=True).remove)
    return found


def _place(inputs: Sequence[Tensor], seen: BlockRecord | None) -> int | None:
    """Which of several inputs was recorded as the map that the gates are applied to."""
    if len(inputs) < 2 or seen is None or seen.input is None:
        return None
    return next((i for i, x in enumerate(inputs) if torch.equal(x, seen.input)), None)


def _has(gates: Any, branch: str) -> bool:
    return getattr(gates, branch) is not None


def _change(
    name: str, given: Mapping[Gate, tuple[Tensor, Tensor]], own: dict[Gate, Tensor]
) -> Callable[[Any, Tensor], Tensor]:
    runs = {branch: count() for branch in BRANCHES}

    def change(branch: Branch, gate: Tensor) -> Tensor:
        own[name_of(name, next(runs[branch])), branch] = gate
        keep, value = (t.to(gate.device) for t in given[name, branch])
        return (keep * gate + value).to(gate.dtype)

    return change


def _keep(name: str, maps: dict[str, Tensor | None]) -> Callable[..., None]:
    runs = count()

    def keep(x: Tensor | None, gates: Mapping[str, Tensor], output: Any) -> None:
        maps[name_of(name, next(runs))] = x

    return keep


def onnx_of(gated: Gated, image: Tensor) -> bytes:
    """The ONNX file of a `Gated` network in the mode that it is in.

    Raises:
        ModuleNotFoundError: onnx or onnxscript is missing.
        ValueError: an image batch of another size than one.
    """
    require("onnx", "onnx")
    require("onnxscript", "onnx")
    _check_image(image)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter's own deprecations
        program: Any = torch.onnx.export(
            gated,
            gated.arguments(image),
            input_names=gated.inputs(),
            output_names=gated.outputs(),
            dynamo=True,
            optimize=False,  # ONNX Runtime does when it opens the file; weights stay as they are
            verbose=False,
        )
    return _halved(_unbiased(_bare(program.model_proto))).SerializeToString()


def check(content: bytes, gated: Gated, images: Sequence[Tensor]) -> None:
    """Run an ONNX file beside torch: every image as it is, and once with every gate overruled.

    Where a network keeps the places of maxima, to unpool, rounding decides between two values of a
    window that nearly tie, and the larger one goes to the one pixel or to the other. Between single
    and double precision torch does the same. So there the norm of a difference is judged.

    Args:
        content: the file.
        gated: the network that it was made of.
        images: each (1, channels, *spatial).

    Raises:
        ModuleNotFoundError: onnxruntime is missing.
        ValueError: an output differs; the message says which and by how much.
    """
    onnxruntime = require("onnxruntime", "onnx")
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    nodes = require("onnx", "onnx").load_from_string(content).graph.node
    unpools = any(node.op_type == "MaxPool" and len(node.output) > 1 for node in nodes)

    def compare(arguments: Sequence[Tensor], expected: Any, own: bool) -> None:
        feeds = {
            name: value.detach().cpu().float().numpy()
            for name, value in zip(gated.inputs(), arguments, strict=True)
        }
        feeds = {entry.name: feeds[entry.name] for entry in session.get_inputs()}
        found = dict(zip(gated.outputs(), session.run(None, feeds), strict=True))
        wanted = {"logits": tensor_of(expected.logits)}
        wanted |= {f"{name}.maps": expected[name].input[:1] for name in gated.maps}
        if own:
            gates = {(name, b): getattr(expected[name], b) for name, b in gated.own}
            wanted |= {f"{name}.{b}": gate[:1] for (name, b), gate in gates.items()}
        for name, value in wanted.items():
            _compare(name, torch.from_numpy(found[name]), value, unpools)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # as in `Gated`
        for image in images:
            seen = record(gated.net, gated._as_taken(image), where=gated.where)
            compare(gated.arguments(image), seen, own=True)
        image, *changes = gated.arguments(images[0])
        overruled: dict[str, dict[str, Callable[[Tensor], Tensor]]] = {}
        for k, (name, branch) in enumerate(gated.changed):
            keep, value = 0.5, 0.05 + 0.4 * k / len(gated.changed)  # each another one
            changes[2 * k].fill_(keep)
            changes[2 * k + 1].fill_(value)
            overruled.setdefault(name, {})[branch] = _linear(keep, value)
        with override(gated.net, overruled, gated.where):
            seen = record(gated.net, gated._as_taken(image), where=gated.where)
        compare((image, *changes), seen, own=False)  # there the gates that went on are recorded


def _linear(keep: float, value: float) -> Callable[[Tensor], Tensor]:
    return lambda gate: keep * gate + value


def _compare(name: str, found: Tensor, expected: Tensor, unpools: bool) -> None:
    expected = expected.detach().cpu().float()
    if found.shape != expected.shape:
        raise ValueError(
            f"{name} has the shape {tuple(found.shape)}, in torch {tuple(expected.shape)}"
        )
    scale = float(expected.abs().max()) if expected.numel() else 0.0
    difference = float((found - expected).abs().max()) if expected.numel() else 0.0
    close = difference <= CLOSE * max(1.0, scale)
    if unpools and not close:
        close = bool((found - expected).norm() <= TIES * expected.norm())
    if not close:
        raise ValueError(
            f"{name} differs from torch by {difference:.2g}, in numbers up to {scale:.2g}"
        )


def export(
    net: nn.Module, image: Tensor, path: str | Path, *, where: Where = None
) -> tuple[list[str], list[str]]:
    """Write a network as an ONNX file with its gates as inputs, in evaluation mode.

    Args:
        net: any `nn.Module` that `record` knows, with blocks or without. It takes one image, and
            its mode is the same afterwards.
        image: an example (1, channels, *spatial); the file takes images of this size.
        path: where to write.
        where: what else counts as a block, as `find_blocks` takes it.

    Returns:
        The names of the inputs and those of the outputs.

    Raises:
        ModuleNotFoundError: onnx or onnxscript is missing.
        ValueError: an image batch of another size than one.
        TypeError: ``net`` is no `nn.Module`, or is TorchScript; ``image`` is no tensor.
    """
    net = unwrap(net)
    _check_image(image)
    with evaluating(net):
        gated = Gated(net, image, where).eval()
        content = onnx_of(gated, image)
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return gated.inputs(), gated.outputs()


def _check_image(image: Any) -> None:
    if not isinstance(image, Tensor):
        raise TypeError(
            f"image must be a torch.Tensor (1, channels, *spatial), got {type(image).__name__}"
        )
    if not image.dim() or len(image) != 1:
        got = f"a batch of {len(image)}" if image.dim() else "a number"
        raise ValueError(f"an ONNX file takes one image at a time, got {got}")


def _bare(model: Any) -> Any:
    """The model without the exporter's notes: a third of the file, and paths of this machine."""
    graph = model.graph
    for part in (*graph.node, *graph.value_info, *graph.input, *graph.output, *graph.initializer):
        del part.metadata_props[:]
        part.doc_string = ""
    del graph.metadata_props[:]
    del model.metadata_props[:]
    return model


def _unbiased(model: Any) -> Any:
    """The model without the exporter's stand-in for the bias that a Conv3d does not have.

    It is zero, of the shape (channels, 2), which ONNX Runtime refuses.
    """
    made_by = {name: node for node in model.graph.node for name in node.output}
    for node in model.graph.node:
        bias = (
            made_by.get(node.input[2]) if node.op_type == "Conv" and len(node.input) > 2 else None
        )
        if bias is None or bias.op_type != "Expand":
            continue
        shape = made_by.get(bias.input[1])
        if shape is not None and shape.op_type == "Concat":  # a bias of its own has one axis
            del node.input[2]
    return model


def _halved(model: Any) -> Any:
    """The model with those weights in half precision that are numbers of half precision.

    The shipped weights are. Nothing is rounded: the file casts them back when it is opened.
    """
    onnx = require("onnx", "onnx")
    numpy = require("numpy", "onnx")
    casts = []
    for weight in model.graph.initializer:
        values = onnx.numpy_helper.to_array(weight)
        if values.dtype != numpy.float32 or values.size < FEW:
            continue
        with numpy.errstate(over="ignore"):
            half = values.astype(numpy.float16)
        if not numpy.array_equal(half.astype(numpy.float32), values):
            continue
        name = weight.name
        weight.CopyFrom(onnx.numpy_helper.from_array(half, f"{name}.half"))
        casts.append(
            onnx.helper.make_node("Cast", [f"{name}.half"], [name], to=onnx.TensorProto.FLOAT)
        )
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    return model


def export_shipped(name: str, folder: str | Path) -> Path:
    """Write ``<folder>/<name>.onnx`` of a shipped network, ``name`` with its seed."""
    found = card(name)
    size = data.task(found["recipe"]["task"]).size
    path = Path(folder) / f"{found['name']}.onnx"
    export(load(found["name"]), torch.zeros(1, found["network"]["in_channels"], size, size), path)
    return path


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m scse.export", description=__doc__.split("\n")[0]
    )
    parser.add_argument("names", nargs="*", metavar="name", help="shipped networks (default: all)")
    parser.add_argument(
        "--folder", type=Path, default="onnx", help="where to write (default: onnx)"
    )
    options = parser.parse_args(arguments)
    try:
        names = [card(name)["name"] for name in options.names] or list(cards())
    except ValueError as error:
        parser.error(str(error))
    if problem := unmade("--folder", options.folder):
        parser.error(problem)
    for name in names:
        print(export_shipped(name, options.folder))


if __name__ == "__main__":
    main()
