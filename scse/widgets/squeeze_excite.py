"""SqueezeExcite: the channel branch of one block, number by number."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, TypedDict

import torch
import traitlets
from torch import Tensor, nn
from torch.nn import functional as F

from scse.blocks import cSE, scSE
from scse.data import Source
from scse.widgets import _base, _twin, _words

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STILL = _words.still("squeeze_excite")

THUMBNAIL = 48  # pixels
MOVED = 0.1  # a gate that changes by more counts as moved


class Manifest(TypedDict):
    """What the page reads, beside the arrays."""

    samples: list[Source]
    block: str
    channels: int
    side: int  # of the thumbnails
    z: list[list[float]]  # of each sample
    range: list[float]  # of z
    fc1: _base.Linear
    fc2: _base.Linear
    terms: list[str]  # that the page's figure shows, see book/_ext/terms.py


class SqueezeExcite(_base.Widget):
    """Squeeze, fc1, ReLU, fc2, sigmoid, scale: drag a mean, or press *Play* and watch.

        SqueezeExcite(net, [("two digits", image)], block="decoder1")

    Args:
        net: a network with `cSE` or `scSE` blocks.
        samples: a list of (title, image (channels, H, W)), more as `GateLab` takes them.
        block: whose channel branch; it may have 16 channels at most, more would not be legible.
        picture, z: the first state, see the traits.
        states, name, tour, puzzle: of every figure, see `scse.widgets`.

    Raises:
        TypeError: samples of another form, unknown keywords.
        ValueError: unknown block, one without a channel gate, or with too many channels.
    """

    _esm = _base.MODULES / "squeeze_excite.js"
    _css = _base.style("squeeze_excite.css")
    parts: ClassVar[Mapping[str, str]] = _words.parts("squeeze_excite")
    picture = traitlets.Int(0).tag(sync=True, state=True)
    """Which of the samples is shown."""
    z = traitlets.List(traitlets.Float()).tag(sync=True, state=True)
    """The mean of each channel, within ``manifest["range"]``; empty for what the picture gives."""

    def __init__(
        self, net: nn.Module, samples: _base.Samples, *, block: str = "decoder1", **state: Any
    ) -> None:
        self._check_keywords(state)
        module: cSE | scSE = _base.block(net, block, "channel")
        channels = module.channel.fc2.out_features
        if channels > 16:
            raise ValueError(
                f"SqueezeExcite draws 16 channels at most, block {block!r} has {channels}"
            )
        self.samples = _base.check_samples(samples)
        records = [_base.run(net, sample.image)[block] for sample in self.samples]
        maps = torch.stack([_base.known(record.input)[0] for record in records])  # (N, C, H, W)
        self._z = maps.double().mean((2, 3))
        low, high = 1.5 * self._z.min().clamp_max(0).item(), 1.5 * self._z.max().item()
        side = min(THUMBNAIL, *maps.shape[2:])
        small = F.adaptive_avg_pool2d(maps, side)
        top = small.amax((2, 3), keepdim=True).clamp_min(1e-12)
        manifest: Manifest = {
            "samples": [{"title": s.title, "credit": s.credit} for s in self.samples],
            "block": block,
            "channels": channels,
            "side": side,
            "z": self._z.tolist(),
            "range": [low, high],
            "fc1": _base.linear(module.channel.fc1),
            "fc2": _base.linear(module.channel.fc2),
            "terms": ["u_k", "z", "W2", "relu", "W1", "logits", "sigma", "c", "out"],
        }
        thumbnails = (small.clamp_min(0) / top * 255).round().byte()
        super().__init__(manifest, {"thumbnails": thumbnails}, **state)

    @traitlets.validate("picture")
    def _check_picture(self, proposal: traitlets.Bunch) -> int:
        return _base.check_picture(self, proposal)

    @traitlets.validate("z")
    def _check_z(self, proposal: traitlets.Bunch) -> list[float]:
        z, (low, high) = proposal.value, self.manifest["range"]
        channels = self.manifest["channels"]
        if z and (len(z) != channels or not all(low <= value <= high for value in z)):
            raise traitlets.TraitError(
                f"z must be empty or {channels} numbers between {low:.3g} and {high:.3g}, got {z}"
            )
        return z

    def evaluate(
        self, picture: int | None = None, z: Sequence[float] | None = None
    ) -> dict[str, Tensor]:
        """What the page shows, in float64; the present state where nothing is given.

        Returns:
            ``z`` (C,), ``before`` and ``hidden`` (hidden,), ``logits`` and ``gates`` (C,).
        """
        picture = self.picture if picture is None else picture
        z = self.z if z is None else z
        means = torch.as_tensor(z, dtype=torch.float64) if len(z) else self._z[picture]
        return {"z": means, **_twin.excite(self.manifest["fc1"], self.manifest["fc2"], means)}

    def quantities(self, state: Mapping[str, Any] | None = None) -> dict[str, float]:
        now = self._now(state)
        here, own = self.evaluate(now["picture"], now["z"]), self.evaluate(now["picture"], [])
        change = here["gates"] - own["gates"]
        return {
            "means moved": int(((here["z"] - own["z"]).abs() > 1e-9).sum()),
            "gates up": int((change > MOVED).sum()),
            "gates down": int((change < -MOVED).sum()),
        }

    def _draw(self, figure: "Figure", state: Mapping[str, Any]) -> None:
        now = self.evaluate(state["picture"], state["z"])
        titles = {
            "z": STILL["means"],
            "hidden": STILL["hidden"],
            "logits": STILL["logits"],
            "gates": "c",
        }
        for axis, (name, title) in zip(figure.subplots(1, 4), titles.items(), strict=True):
            values = now[name].tolist()
            colour = _base.COLOURS["channel-fill" if name == "gates" else "plain-fill"]
            bars = axis.barh(range(1, len(values) + 1), values, color=colour)
            axis.bar_label(bars, fmt="%.3f" if name == "gates" else "%.2f", fontsize=7)
            axis.set_yticks(range(1, len(values) + 1))
            axis.invert_yaxis()
            axis.set_title(title, fontsize=8)
            axis.margins(x=0.25)
