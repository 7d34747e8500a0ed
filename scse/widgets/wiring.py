"""Wiring: the two layers of a channel branch with all their units, and other ways to make gates."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, TypedDict

import torch
import traitlets
from torch import Tensor, nn

from scse._undisturbed import evaluating
from scse.blocks import cSE, scSE
from scse.data import Source
from scse.recording import override, record
from scse.widgets import _base, _twin, _words

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STILL = _words.still("wiring")

GATES = ("sigmoid", "softmax", "softmax-same-sum", "sigmoid-sum-1")
TEMPERATURES = (0.25, 0.5, 1.0, 2.0, 4.0)
OWN = TEMPERATURES.index(1.0)  # with the sigmoid, the network's own


class Manifest(TypedDict):
    """What the page reads, beside the arrays."""

    samples: list[Source]
    block: str
    size: list[int]  # of the pictures
    classes: list[_base.Class]
    temperatures: list[float]
    on: list[int]  # of each hidden unit: in how many of the images it is on
    over: int  # how many images that is
    terms: list[str]  # that the page's figure shows, see book/_ext/terms.py


class Wiring(_base.Widget):
    """Which hidden units are on, and what a sigmoid or a softmax makes of the logits.

        Wiring(net, [("two digits", image, label)], block="decoder1", over=images)

    Units are sorted by how often they are on. What the network then says is computed here, for
    every picture, kind of gates and temperature, with all else in the network as it is.

    Args:
        net: a network with `cSE` or `scSE` blocks that puts out class scores (N, classes, H, W).
        samples: a list of (title, image (channels, H, W), label (H, W)), more as `GateLab` takes
            them.
        block: whose channel branch.
        over: images (N, channels, H, W) to count over how often a unit is on; those of ``samples``
            if not given.
        classes: ``[(name, "#rrggbb"), …]``, background first.
        picture, gates, temperature: the first state, see the traits.
        states, name, tour, puzzle: of every figure, see `scse.widgets`.

    Raises:
        TypeError: samples of another form, ``over`` is no tensor, unknown keywords.
        ValueError: unknown block, one without a channel gate, ``over`` of another shape.
    """

    _esm = _base.MODULES / "wiring.js"
    _css = _base.style("wiring.css")
    parts: ClassVar[Mapping[str, str]] = _words.parts("wiring")
    picture = traitlets.Int(0).tag(sync=True, state=True)
    """Which of the samples is shown."""
    gates = traitlets.Enum(GATES, "sigmoid").tag(sync=True, state=True)
    """What makes gates of the logits. ``"softmax-same-sum"`` scales the softmax to the sum of the
    sigmoids; ``"sigmoid-sum-1"`` scales the sigmoids to the sum of a softmax, 1."""
    temperature = traitlets.Float(1.0).tag(sync=True, state=True)
    """T, by which the logits are divided first: ¼, ½, 1, 2 or 4."""

    def __init__(
        self,
        net: nn.Module,
        samples: _base.Samples,
        *,
        block: str = "bottleneck",
        over: Tensor | None = None,
        classes: Iterable[tuple[str, str]] | None = None,
        **state: Any,
    ) -> None:
        self._check_keywords(state)
        module: cSE | scSE = _base.block(net, block, "channel")
        self.samples = _base.check_samples(samples, labelled=True)
        images = torch.stack([sample.image for sample in self.samples])
        over = images if over is None else _check_over(over, images)
        with evaluating(net):
            z, segmentations, count = _answers(net, images, block)
            on = _on(net, over, block)
        fc1, fc2 = module.channel.fc1, module.channel.fc2
        self._labels = torch.stack([_base.known(s.label) for s in self.samples]).byte().cpu()
        self._pictures = torch.stack([_base.grey(sample.image) for sample in self.samples])
        self._segmentations = segmentations
        manifest: Manifest = {
            "samples": [{"title": s.title, "credit": s.credit} for s in self.samples],
            "block": block,
            "size": list(self._pictures.shape[1:]),
            "classes": _base.check_classes(classes, count),
            "temperatures": list(TEMPERATURES),
            "on": on.tolist(),
            "over": len(over),
            "terms": ["z", "W2", "relu", "W1", "logits", "sigma", "c"],
        }
        self._numbers = {"z": z}
        for name, layer in (("fc1", fc1), ("fc2", fc2)):
            self._numbers[f"{name}-weight"] = layer.weight.detach().flatten(1).float().cpu()
            self._numbers[f"{name}-bias"] = _base.known(layer.bias).detach().float().cpu()
        arrays = {
            **self._numbers,
            "images": self._pictures,
            "labels": self._labels,
            # (N, kinds · temperatures, H, W): one differs little from the next, which packs well
            "segmentations": segmentations,
        }
        super().__init__(manifest, arrays, **state)

    @traitlets.validate("picture")
    def _check_picture(self, proposal: traitlets.Bunch) -> int:
        return _base.check_picture(self, proposal)

    @traitlets.validate("temperature")
    def _check_temperature(self, proposal: traitlets.Bunch) -> float:
        if proposal.value not in TEMPERATURES:
            known = ", ".join(f"{value:g}" for value in TEMPERATURES)
            raise traitlets.TraitError(f"temperature must be one of {known}, got {proposal.value}")
        return proposal.value

    def evaluate(
        self,
        picture: int | None = None,
        gates: str | None = None,
        temperature: float | None = None,
    ) -> dict[str, Any]:
        """What the page shows, in float64; the present state where nothing is given.

        Returns:
            ``z`` (C,), ``before`` and ``hidden`` (hidden,), ``logits`` and ``gates`` (C,),
            ``segmentation`` (H, W), ``dice`` and ``dice_of`` (classes,).
        """
        picture = self.picture if picture is None else picture
        kind = self.gates if gates is None else gates
        temperature = self.temperature if temperature is None else temperature
        numbers = {name: value.double() for name, value in self._numbers.items()}
        z = numbers["z"][picture]
        before = numbers["fc1-weight"] @ z + numbers["fc1-bias"]
        hidden = before.relu()
        logits = numbers["fc2-weight"] @ hidden + numbers["fc2-bias"]
        at = GATES.index(kind) * len(TEMPERATURES) + TEMPERATURES.index(temperature)
        segmentation = self._segmentations[picture, at].long()
        return {
            "z": z,
            "before": before,
            "hidden": hidden,
            "logits": logits,
            "gates": _twin.gates_of(logits, kind, temperature),
            "segmentation": segmentation,
            **_twin.scores(segmentation, self._labels[picture], len(self.manifest["classes"])),
        }

    def quantities(self, state: Mapping[str, Any] | None = None) -> dict[str, float]:
        now = self._now(state)
        seen = self.evaluate(now["picture"], now["gates"], now["temperature"])
        return {
            "Dice": seen["dice"],
            "gates above ½": int((seen["gates"] > 0.5).sum()),
            "sum of the gates": float(seen["gates"].sum()),
            "largest gate": float(seen["gates"].max()),
            "hidden units on": int((seen["hidden"] > 0).sum()),
            "temperature": now["temperature"],
        }

    def _draw(self, figure: "Figure", state: Mapping[str, Any]) -> None:
        known: Manifest = self.manifest
        picture, kind, temperature = (state[n] for n in ("picture", "gates", "temperature"))
        now = self.evaluate(picture, kind, temperature)
        axes = figure.subplots(1, 4, width_ratios=[1, 1, 1.3, 1.3])
        order = sorted(range(len(known["on"])), key=lambda j: -known["on"][j])
        units = axes[0].barh(
            range(1, len(order) + 1), now["hidden"][order].tolist(), color=_base.COLOURS["ink"]
        )
        del units
        never = sum(count == 0 for count in known["on"])
        axes[0].axhspan(len(order) - never + 0.5, len(order) + 0.5, color=_base.COLOURS["field"])
        on = int((now["hidden"] > 0).sum())
        axes[0].set_title(STILL["hidden"].format(on=on, len=len(order), never=never), fontsize=8)
        axes[0].invert_yaxis()
        channels = range(1, len(now["gates"]) + 1)
        axes[1].barh(channels, now["gates"].tolist(), color=_base.COLOURS["channel-fill"])
        axes[1].axvline(0.5, color=_base.COLOURS["soft"], lw=0.8)
        axes[1].invert_yaxis()
        above = int((now["gates"] > 0.5).sum())
        axes[1].set_title(
            STILL["gates"].format(
                len=len(channels), above=above, kind=STILL["kinds"][kind], temperature=temperature
            ),
            fontsize=8,
        )
        reach = max(6.0, float(now["logits"].abs().max()))
        across = torch.linspace(-reach, reach, 101, dtype=torch.float64)
        axes[2].plot(across, (across / temperature).sigmoid(), color=_base.COLOURS["soft"], lw=0.8)
        axes[2].plot(now["logits"], now["gates"], "o", ms=3, color=_base.COLOURS["channel-fill"])
        top = max(1.0, float(now["gates"].max()))
        axes[2].set(ylim=(-0.05 * top, 1.05 * top))
        axes[2].set_title(STILL["curve"], fontsize=8)
        _base.show_classes(
            axes[3], now["segmentation"], known["classes"], STILL["dice"].format(dice=now["dice"])
        )


def _check_over(over: Any, images: Tensor) -> Tensor:
    if not isinstance(over, Tensor):
        raise TypeError(f"over must be a tensor, got {type(over).__name__}")
    if over.dim() != 4 or over.shape[1] != images.shape[1] or not len(over):
        raise ValueError(
            f"over must be images (N, {images.shape[1]}, H, W), got shape {tuple(over.shape)}"
        )
    return over


@torch.no_grad()
def _answers(net: nn.Module, images: Tensor, block: str) -> tuple[Tensor, Tensor, int]:
    """What every kind of gates and every temperature leads to.

    Returns:
        The means (N, C), float32; class numbers (N, kinds · temperatures, H, W), uint8; and how
        many classes there are.
    """
    records = [_base.run(net, image) for image in images]
    means = torch.cat([_base.known(r[block].input).double().mean((2, 3)) for r in records])
    z = means.float().cpu()
    branch = _base.block(net, block, "channel").channel
    logits = branch.fc2(branch.fc1(z.to(images)).relu())
    maps = []
    for kind in GATES:
        for temperature in TEMPERATURES:
            gates = _twin.gates_of(logits.double(), kind, temperature).to(logits)
            with override(net, {block: {"channel": gates}}):
                maps.append(net(images).argmax(1).byte().cpu())
    return z, torch.stack(maps, 1), records[0].logits.shape[1]


@torch.no_grad()
def _on(net: nn.Module, images: Tensor, block: str) -> Tensor:
    """In how many of the images each hidden unit of a block is on."""
    first = _base.block(net, block, "channel").channel.fc1
    counts = []
    for part in images.split(16):
        maps = _base.known(record(net, part)[block].input)
        counts.append((first(maps.flatten(2).mean(2)) > 0).sum(0))
    return torch.stack(counts).sum(0)
