"""SqueezeMaps: the maps of a block, and what one number in the place of a map says of it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, TypedDict

import torch
import traitlets
from torch import Tensor, nn

from scse.data import Source
from scse.widgets import _base, _words
from scse.widgets._packing import quantise

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STILL = _words.still("squeeze_maps")

ORDERS = ("number", "mean", "rms", "sd", "max")
BEST = {"squared": "mean", "absolute": "median", "largest": "midrange"}  # constant, by error


class Manifest(TypedDict):
    """What the page reads, beside the arrays."""

    samples: list[Source]
    block: str
    shape: list[int]  # (C, H, W) of the maps
    range: list[float]  # of all values, and 0
    terms: list[str]  # that the page's figure shows, see book/_ext/terms.py


class SqueezeMaps(_base.Widget):
    """Choose a map, put one constant in its place, and read the error of that constant.

        SqueezeMaps(net, [("two digits", image)], block="encoder2")

    Args:
        net: a network with blocks that `find_blocks` finds.
        samples: a list of (title, image (channels, H, W)), more as `GateLab` takes them; 4 at most.
        block: whose maps U; it may have 32 channels at most, more would not be legible.
        picture, channel, order, loss, a, curve: the first state, see the traits.
        states, name, tour, puzzle: of every figure, see `scse.widgets`.

    Raises:
        TypeError: samples of another form, unknown keywords.
        ValueError: unknown block, one with too many channels, or too many samples.
    """

    _esm = _base.MODULES / "squeeze_maps.js"
    _css = _base.style("squeeze_maps.css")
    parts: ClassVar[Mapping[str, str]] = _words.parts("squeeze_maps")
    picture = traitlets.Int(0).tag(sync=True, state=True)
    """Which of the samples is shown."""
    channel = traitlets.Int(0).tag(sync=True, state=True)
    """Which map is looked at, counted from 0."""
    order = traitlets.Enum(ORDERS, "number").tag(sync=True, state=True)
    """By what the channels are sorted: their number, or a statistic, the largest first."""
    loss = traitlets.Enum(tuple(BEST), "squared").tag(sync=True, state=True)
    """The error of a constant: the mean of ``(u − a)²`` or ``|u − a|``, or the largest of these."""
    a = traitlets.Float(0.0).tag(sync=True, state=True)
    """The constant, within ``manifest["range"]``."""
    curve = traitlets.Bool(False).tag(sync=True, state=True)
    """Whether the errors of all constants are drawn, and the least of them named."""

    def __init__(
        self, net: nn.Module, samples: _base.Samples, *, block: str = "decoder1", **state: Any
    ) -> None:
        self._check_keywords(state)
        _base.block(net, block)
        self.samples = _base.check_samples(samples)
        if len(self.samples) > 4:
            raise ValueError(f"SqueezeMaps draws 4 images at most, got {len(self.samples)}")
        records = [_base.run(net, sample.image)[block] for sample in self.samples]
        maps = torch.stack([_base.known(record.input)[0] for record in records])
        if maps.shape[1] > 32:
            raise ValueError(
                f"SqueezeMaps draws 32 channels at most, block {block!r} has {maps.shape[1]}"
            )
        self._maps = quantise(maps)
        self._values = self._maps.values()
        manifest: Manifest = {
            "samples": [{"title": s.title, "credit": s.credit} for s in self.samples],
            "block": block,
            "shape": list(maps.shape[1:]),
            "range": [min(0.0, self._values.min().item()), max(1e-6, self._values.max().item())],
            "terms": ["u_k", "z", "a", "err"],
        }
        super().__init__(manifest, {"maps": self._maps}, **state)

    @traitlets.validate("picture")
    def _check_picture(self, proposal: traitlets.Bunch) -> int:
        return _base.check_picture(self, proposal)

    @traitlets.validate("channel")
    def _check_channel(self, proposal: traitlets.Bunch) -> int:
        return _base.check_channel(self, proposal)

    @traitlets.validate("a")
    def _check_a(self, proposal: traitlets.Bunch) -> float:
        low, high = self.manifest["range"]
        if not low <= proposal.value <= high:
            raise traitlets.TraitError(
                f"a must be a number between {low:.3g} and {high:.3g}, got {proposal.value}"
            )
        return proposal.value

    def evaluate(self, **state: Any) -> dict[str, Any]:
        """What the page shows, in float64; the present state where nothing is given.

        Returns:
            ``statistics`` (name → (N, C), of every image and channel), ``values`` (H·W,) of the
            map, the largest first, ``error`` of the constant, ``least`` of all constants, and
            ``pulls``, what draws the constant up and down.
        """
        now = self._now(state)
        found = statistics(self._values)
        values = self._values[now["picture"], now["channel"]].flatten().sort(descending=True)[0]
        best = found[BEST[now["loss"]]][now["picture"], now["channel"]].item()
        return {
            "statistics": found,
            "values": values,
            "error": error(values, now["loss"], now["a"]),
            "least": error(values, now["loss"], best),
            "pulls": pulls(values, now["loss"], now["a"]),
        }

    def quantities(self, state: Mapping[str, Any] | None = None) -> dict[str, float]:
        now = self._now(state)
        seen = self.evaluate(**now)
        of = {name: all_[now["picture"]] for name, all_ in seen["statistics"].items()}
        # Of a map that is flat, the least error is 0.
        excess = seen["error"] / seen["least"] - 1 if seen["least"] else float("nan")
        return {
            "a": now["a"],
            "error": seen["error"],
            "error above the least, in %": 100 * excess,
            "rank by mean": rank(of["mean"], now["channel"]),
            "rank by maximum": rank(of["max"], now["channel"]),
        }

    def _draw(self, figure: "Figure", state: Mapping[str, Any]) -> None:
        k = state["channel"]
        seen = self.evaluate(**state)
        low, high = self.manifest["range"][0], self._values[:, k].max().item()
        axes = figure.subplots(1, len(self.samples) + 2)
        for i, (axis, sample) in enumerate(zip(axes, self.samples, strict=False)):
            z = seen["statistics"]["mean"][i, k]
            title = STILL["map"].format(k=k + 1, title=sample.title, z=z)
            scale = {"cmap": _base.colour_map("feature"), "vmin": low, "vmax": high}
            _base.show(axis, self._values[i, k], title, **scale)
        values, error_ = axes[-2:]
        ordered = seen["values"].tolist()
        share = [100 * p / (len(ordered) - 1) for p in range(len(ordered))]
        values.plot(share, ordered, color=_base.COLOURS["ink"])
        values.axhline(state["a"], color=_base.COLOURS["space"])
        values.set_title(STILL["values"].format(a=state["a"]), fontsize=8)
        values.set_xlabel(STILL["pixels"], fontsize=7)
        if state["curve"]:
            tried = torch.linspace(low, high, 60).tolist()
            errors = [error(seen["values"], state["loss"], a) for a in tried]
            error_.plot(errors, tried, color=_base.COLOURS["ink"])
        error_.plot([seen["error"]], [state["a"]], "o", color=_base.COLOURS["space"])
        error_.set_xlim(left=0)
        error_.set_title(STILL["error"].format(error=seen["error"]), fontsize=8)
        for axis in (values, error_):
            axis.set_ylim(low, high)
            axis.tick_params(labelsize=7)


def statistics(maps: Tensor) -> dict[str, Tensor]:
    """Of each map in (…, H, W), by the names that the page has; ``on`` is the share above 0."""
    flat = maps.double().flatten(-2)
    low, high = flat.amin(-1), flat.amax(-1)
    return {
        "mean": flat.mean(-1),
        "median": flat.quantile(0.5, dim=-1),
        "midrange": (low + high) / 2,
        "rms": flat.square().mean(-1).sqrt(),
        "sd": flat.std(-1, correction=0),
        "max": high,
        "min": low,
        "on": (flat > 0).double().mean(-1),
    }


def error(values: Tensor, loss: str, a: float) -> float:
    """Of the constant ``a`` in the place of all values."""
    off = (values.double() - a).abs()
    if loss == "largest":
        return off.max().item()
    return (off.square() if loss == "squared" else off).mean().item()


def pulls(values: Tensor, loss: str, a: float) -> list[float]:
    """What draws the constant ``a`` up and down; where the two are equal, the error is least."""
    off = values.double() - a
    if loss == "largest":
        return [off.max().item(), -off.min().item()]
    if loss == "absolute":
        off = off.sign()
    return [off.clamp_min(0).mean().item(), (-off).clamp_min(0).mean().item()]


def rank(scores: Tensor, k: int) -> int:
    """The place of a channel when all are sorted, 1 for the largest."""
    return 1 + int((scores > scores[k]).sum() + (scores[:k] == scores[k]).sum())
