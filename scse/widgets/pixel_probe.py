"""PixelProbe: the spatial branch of one block, pixel by pixel."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, TypedDict

import torch
import traitlets
from torch import nn
from torch.nn.functional import adaptive_avg_pool2d

from scse.blocks import scSE, sSE
from scse.data import Source
from scse.widgets import _base, _twin, _words
from scse.widgets._packing import quantise

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STILL = _words.still("pixel_probe")


class Manifest(TypedDict):
    """What the page reads, beside the arrays."""

    samples: list[Source]
    block: str
    shape: list[int]  # (C, H, W) of the maps
    size: list[int]  # of the pictures
    project: _base.Linear
    terms: list[str]  # that the page's figure shows, see book/_ext/terms.py


class PixelProbe(_base.Widget):
    """Point at a pixel: its channel vector, the dot product, the logit, the mask.

        PixelProbe(net, [("two digits", image)], block="decoder2")

    Args:
        net: a network with `sSE` or `scSE` blocks.
        samples: a list of (title, image (channels, H, W)), more as `GateLab` takes them.
        block: whose spatial branch; it may have 32 channels at most, more would not be legible.
        picture, pixel: the first state, see the traits.
        states, name, tour, puzzle: of every figure, see `scse.widgets`.

    Raises:
        TypeError: samples of another form, unknown keywords.
        ValueError: unknown block, one without a spatial gate, or with too many channels.
    """

    _esm = _base.MODULES / "pixel_probe.js"
    _css = _base.style("pixel_probe.css")
    parts: ClassVar[Mapping[str, str]] = _words.parts("pixel_probe")
    picture = traitlets.Int(0).tag(sync=True, state=True)
    """Which of the samples is shown."""
    pixel = traitlets.List(traitlets.Int()).tag(sync=True, state=True)
    """[row, column] in the block's map; empty for the position with the largest mask value."""

    def __init__(
        self, net: nn.Module, samples: _base.Samples, *, block: str = "decoder2", **state: Any
    ) -> None:
        self._check_keywords(state)
        module: sSE | scSE = _base.block(net, block, "spatial")
        channels = module.spatial.project.in_features
        if channels > 32:
            raise ValueError(
                f"PixelProbe draws 32 channels at most, block {block!r} has {channels}"
            )
        self.samples = _base.check_samples(samples)
        records = [_base.run(net, sample.image)[block] for sample in self.samples]
        maps = torch.stack([_base.known(record.input)[0] for record in records])
        self._maps = quantise(maps)
        self._pictures = torch.stack([_base.grey(sample.image) for sample in self.samples])
        shades = self._pictures.double() / 255
        self._brightness = adaptive_avg_pool2d(shades, (maps.shape[2], maps.shape[3]))
        manifest: Manifest = {
            "samples": [{"title": s.title, "credit": s.credit} for s in self.samples],
            "block": block,
            "shape": list(maps.shape[1:]),
            "size": list(self._pictures.shape[1:]),
            "project": _base.linear(module.spatial.project),
            "terms": ["u_ij", "w", "q", "sigma", "s"],
        }
        super().__init__(manifest, {"maps": self._maps, "images": self._pictures}, **state)

    @traitlets.validate("picture")
    def _check_picture(self, proposal: traitlets.Bunch) -> int:
        return _base.check_picture(self, proposal)

    @traitlets.validate("pixel")
    def _check_pixel(self, proposal: traitlets.Bunch) -> list[int]:
        pixel, (_, height, width) = proposal.value, self.manifest["shape"]
        inside = len(pixel) == 2 and 0 <= pixel[0] < height and 0 <= pixel[1] < width
        if pixel and not inside:
            raise traitlets.TraitError(
                f"pixel must be empty or [row, column] in a map of {height}×{width}, got {pixel}"
            )
        return pixel

    def evaluate(
        self, picture: int | None = None, pixel: Sequence[int] | None = None
    ) -> dict[str, Any]:
        """What the page shows, in float64; the present state where nothing is given.

        Returns:
            ``pixel`` [row, column], ``vector``, ``weights`` and ``products`` (C,), ``bias``,
            ``logit``, ``gate``, and the whole ``mask`` (H, W).
        """
        picture = self.picture if picture is None else picture
        pixel = self.pixel if pixel is None else pixel
        maps = self._maps.values()[picture]
        logits = _twin.pointwise(self.manifest["project"], maps)[0]
        mask = logits.sigmoid()
        if not len(pixel):
            pixel = list(divmod(int(logits.argmax()), logits.shape[1]))
        row, column = pixel
        weight, bias = _twin.matrix(self.manifest["project"])
        vector = maps[:, row, column]
        return {
            "pixel": [row, column],
            "vector": vector,
            "weights": weight[0],
            "products": weight[0] * vector,
            "bias": bias.item(),
            "logit": logits[row, column].item(),
            "gate": mask[row, column].item(),
            "mask": mask,
        }

    def quantities(self, state: Mapping[str, Any] | None = None) -> dict[str, float]:
        now = self._now(state)
        seen = self.evaluate(now["picture"], now["pixel"])
        row, column = seen["pixel"]
        return {
            "logit": seen["logit"],
            "s": seen["gate"],
            "brightness": self._brightness[now["picture"], row, column].item(),
        }

    def _draw(self, figure: "Figure", state: Mapping[str, Any]) -> None:
        now = self.evaluate(state["picture"], state["pixel"])
        axes = figure.subplots(1, 3)
        _base.show(axes[0], self._pictures[state["picture"]], STILL["image"], cmap="gray")
        mask = _base.show(axes[1], now["mask"], STILL["mask"], cmap=_base.colour_map("space"))
        axes[1].plot(
            *now["pixel"][::-1], "s", color="none", markeredgecolor=_base.COLOURS["picked"]
        )
        figure.colorbar(mask, ax=axes[1], shrink=0.8)
        channels = range(1, len(now["products"]) + 1)
        axes[2].barh(channels, now["products"].tolist(), color=_base.COLOURS["space-fill"])
        axes[2].invert_yaxis()
        axes[2].set_title(STILL["logit"].format(logit=now["logit"]), fontsize=8)
