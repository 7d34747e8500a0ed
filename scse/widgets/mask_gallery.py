"""MaskGallery: the spatial masks of all blocks of a network, side by side."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, TypedDict

import torch
import traitlets
from torch import Tensor, nn

from scse.data import Source
from scse.recording import find_blocks
from scse.widgets import _base, _words
from scse.widgets._packing import quantise

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STILL = _words.still("mask_gallery")


class Block(TypedDict):
    name: str
    size: list[int]  # of its mask


class Manifest(TypedDict):
    """What the page reads, beside the arrays."""

    samples: list[Source]
    size: list[int]  # of the pictures
    blocks: list[Block]
    terms: list[str]  # that the page's figure shows, see book/_ext/terms.py


class MaskGallery(_base.Widget):
    """Every block's mask with its range: on one scale from 0 to 1, or each on its own.

        MaskGallery(net, [("two digits", image)])

    Args:
        net: a network with `sSE` or `scSE` blocks.
        samples: a list of (title, image (channels, H, W)), more as `GateLab` takes them.
        picture, scale: the first state, see the traits.
        states, name, tour, puzzle: of every figure, see `scse.widgets`.

    Raises:
        TypeError: samples of another form, unknown keywords.
        ValueError: a network without spatial gates, shapes that do not fit.
    """

    _esm = _base.MODULES / "mask_gallery.js"
    _css = _base.style("mask_gallery.css")
    parts: ClassVar[Mapping[str, str]] = _words.parts("mask_gallery")
    picture = traitlets.Int(0).tag(sync=True, state=True)
    """Which of the samples is shown."""
    scale = traitlets.Enum(("shared", "own"), "shared").tag(sync=True, state=True)
    """``"shared"``: 0 … 1 for all; ``"own"``: each mask from its minimum to its maximum."""

    def __init__(self, net: nn.Module, samples: _base.Samples, **state: Any) -> None:
        self._check_keywords(state)
        if not any(hasattr(block, "spatial") for block in find_blocks(net).values()):
            raise ValueError(f"this {type(net).__name__} has no block with a spatial gate")
        self.samples = _base.check_samples(samples)
        records = [_base.run(net, sample.image) for sample in self.samples]
        names = [name for name in records[0] if records[0][name].spatial is not None]
        self._masks = {
            name: quantise(
                torch.stack([_base.known(record[name].spatial)[0, 0] for record in records])
            )
            for name in names
        }  # each (N, H, W)
        self._pictures = torch.stack([_base.grey(sample.image) for sample in self.samples])
        manifest: Manifest = {
            "samples": [{"title": s.title, "credit": s.credit} for s in self.samples],
            "size": list(self._pictures.shape[1:]),
            "blocks": [
                {"name": name, "size": list(mask.codes.shape[1:])}
                for name, mask in self._masks.items()
            ],
            "terms": ["s"],
        }
        super().__init__(manifest, {"images": self._pictures, **self._masks}, **state)

    @traitlets.validate("picture")
    def _check_picture(self, proposal: traitlets.Bunch) -> int:
        return _base.check_picture(self, proposal)

    def evaluate(self, picture: int | None = None) -> dict[str, Tensor]:
        """The masks shown, float64: block name → (H, W); of the present picture if none given."""
        picture = self.picture if picture is None else picture
        return {name: mask.values()[picture] for name, mask in self._masks.items()}

    def _draw(self, figure: "Figure", state: Mapping[str, Any]) -> None:
        masks = self.evaluate(state["picture"])
        axes = figure.subplots(2, -(-(len(masks) + 1) // 2)).flatten()
        for axis in axes:
            axis.set_axis_off()
        _base.show(axes[0], self._pictures[state["picture"]], STILL["image"], cmap="gray")
        for axis, (name, mask) in zip(axes[1:], masks.items(), strict=False):
            title = f"{name}  {mask.min():.2f}–{mask.max():.2f}"
            ends = {"vmin": 0, "vmax": 1} if state["scale"] == "shared" else {}
            _base.show(axis, mask, title, cmap=_base.colour_map("space"), **ends)
