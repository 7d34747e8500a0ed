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

A plain U-Net has no gates; its file has the image and the logits.
"""

import argparse
import warnings
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from scse import data
from scse._extras import require
from scse.recording import BRANCHES, find_blocks, override, record
from scse.weights import card, cards, load


class Gated(nn.Module):
    """A network whose gates are arguments: ``(image, keep, value, keep, value, …)``.

    Returns the logits, then every gate that the network computes, then the input of every block.
    """

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net

    def gates(self) -> list[tuple[str, str]]:
        """The (block, branch) of every gate, in the order of the arguments."""
        return [
            (name, branch)
            for name, block in find_blocks(self.net).items()
            for branch in BRANCHES
            if hasattr(block, branch)
        ]

    def forward(self, image: Tensor, *changes: Tensor) -> tuple[Tensor, ...]:
        own: dict[tuple[str, str], Tensor] = {}
        maps: dict[str, Tensor] = {}
        overruled: dict[str, dict[str, Callable[[Tensor], Tensor]]] = {}
        for (name, branch), keep, value in zip(self.gates(), changes[::2], changes[1::2]):

            def change(
                gate: Tensor,
                key: tuple[str, str] = (name, branch),
                keep: Tensor = keep,
                value: Tensor = value,
            ) -> Tensor:
                own[key] = gate
                return keep * gate + value

            overruled.setdefault(name, {})[branch] = change
        with ExitStack() as stack:
            for name, block in find_blocks(self.net).items():

                def keep_input(module: nn.Module, args: Any, name: str = name) -> None:
                    maps[name] = args[0]

                stack.callback(block.register_forward_pre_hook(keep_input).remove)
            stack.enter_context(override(self.net, overruled))
            logits = self.net(image)
        return logits, *(own[key] for key in self.gates()), *maps.values()


def export(net: nn.Module, image: Tensor, path: str | Path) -> tuple[list[str], list[str]]:
    """Write a network as an ONNX file with its gates as inputs.

    Args:
        net: a network with `cSE`, `sSE` or `scSE` blocks, or none; put into evaluation mode.
        image: an example (1, channels, H, W); the file takes images of this size.
        path: where to write.

    Returns:
        The names of the inputs and those of the outputs.

    Raises:
        ModuleNotFoundError: onnx or onnxscript is missing.
        ValueError: an image batch of another size than one.
    """
    require("onnx", "onnx")
    require("onnxscript", "onnx")
    if len(image) != 1:
        raise ValueError(f"an ONNX file takes one image at a time, got a batch of {len(image)}")
    gated = Gated(net).eval()
    seen = record(net, image)
    inputs, changes, outputs = ["image"], [], ["logits"]
    for name, branch in gated.gates():
        gate = getattr(seen[name], branch)
        inputs += [f"{name}.{branch}.keep", f"{name}.{branch}.value"]
        changes += [torch.ones_like(gate), torch.zeros_like(gate)]
        outputs.append(f"{name}.{branch}")
    outputs += [f"{name}.maps" for name in seen]
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter's own deprecations
        program: Any = torch.onnx.export(
            gated,
            (image, *changes),
            input_names=inputs,
            output_names=outputs,
            dynamo=True,
            verbose=False,
        )
    path.write_bytes(_bare(program.model_proto).SerializeToString())
    return inputs, outputs


def _bare(model: Any) -> Any:
    """The model without the exporter's notes: a third of the file, and paths of this machine."""
    graph = model.graph
    for part in (*graph.node, *graph.value_info, *graph.input, *graph.output, *graph.initializer):
        del part.metadata_props[:]
        part.doc_string = ""
    del graph.metadata_props[:]
    del model.metadata_props[:]
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
    parser.add_argument("--folder", default="onnx", help="where to write (default: onnx)")
    options = parser.parse_args(arguments)
    try:
        names = [card(name)["name"] for name in options.names] or list(cards())
    except ValueError as error:
        parser.error(str(error))
    for name in names:
        print(export_shipped(name, options.folder))


if __name__ == "__main__":
    main()
