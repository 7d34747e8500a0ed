"""Join: one map of a block and its two gates, joined by every rule."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, TypedDict

import torch
import traitlets
from torch import Tensor, nn

from scse.blocks import scSE
from scse.data import Source
from scse.rules import rule
from scse.widgets import _base, _twin, _words
from scse.widgets._packing import quantise

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STILL = _words.still("join")

JOINS = ("add", "max", "mul", "cbam", "concat")
TITLES = {"add": "add", "max": "max", "mul": "mul", "cbam": "CBAM", "concat": "concat"}
SIZES = (0.5, 1.0, 2.0)
REACH = 6.0
MOST_CHANNELS = 32
SEED = 0  # of the layer W_m


class Manifest(TypedDict):
    """What the page reads, beside the arrays."""

    samples: list[Source]
    block: str
    shape: list[int]  # (C, H, W) of the maps
    fc1: _base.Linear
    fc2: _base.Linear
    project: _base.Linear
    merge: _base.Linear  # W_m, as an untrained block has it
    reach: float  # of `shift`, either way
    sizes: list[float]
    terms: list[str]  # that the page's figure shows, see book/_ext/terms.py


class Join(_base.Widget):
    """The map of one channel by add, max, mul, CBAM's product and concat, from the same gates.

        Join(net, [("two digits", image)], block="encoder2", channel=2)

    The gates are the block's own until they are moved. The layer W_m of concat is drawn at
    random, as in an untrained block: a block that adds has none.

    Args:
        net: a network with `scSE` blocks.
        samples: a list of (title, image (channels, H, W)), more as `GateLab` takes them.
        block: which block; it may have 32 channels at most.
        picture, channel, rule, gate, shift, size: the first state, see the traits.
        states, name, tour, puzzle: of every figure, see `scse.widgets`.

    Raises:
        TypeError: samples of another form, unknown keywords.
        ValueError: unknown block, one without both gates, or with too many channels.
    """

    _esm = _base.MODULES / "join.js"
    _css = _base.style("join.css")
    parts: ClassVar[Mapping[str, str]] = _words.parts("join")
    picture = traitlets.Int(0).tag(sync=True, state=True)
    """Which of the samples is shown."""
    channel = traitlets.Int(0).tag(sync=True, state=True)
    """Which channel, from 0."""
    rule = traitlets.Enum(JOINS, "add").tag(sync=True, state=True)
    """Which rule is looked at: ``"add"``, ``"max"``, ``"mul"``, ``"cbam"``, ``"concat"``."""
    gate = traitlets.List(traitlets.Float()).tag(sync=True, state=True)
    """[gate of the channel], 0 to 1; empty for the block's own."""
    shift = traitlets.Float(0.0).tag(sync=True, state=True)
    """Added to the logits of the mask, -6 to 6."""
    size = traitlets.Float(1.0).tag(sync=True, state=True)
    """What the maps are multiplied by while the gates are held: ½, 1 or 2."""

    def __init__(
        self, net: nn.Module, samples: _base.Samples, *, block: str = "encoder2", **state: Any
    ) -> None:
        self._check_keywords(state)
        module: scSE = _base.block(net, block, "channel", "spatial")
        if module.channels > MOST_CHANNELS:
            raise ValueError(
                f"Join carries {MOST_CHANNELS} channels at most, "
                f"block {block!r} has {module.channels}"
            )
        self.samples = _base.check_samples(samples)
        records = [_base.run(net, sample.image)[block] for sample in self.samples]
        maps = torch.stack([_base.known(record.input)[0] for record in records])
        self._maps = quantise(maps)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(SEED)
            merge = _base.known(scSE(module.channels, combine="concat").merge)
        manifest: Manifest = {
            "samples": [{"title": s.title, "credit": s.credit} for s in self.samples],
            "block": block,
            "shape": list(maps.shape[1:]),
            "fc1": _base.linear(module.channel.fc1),
            "fc2": _base.linear(module.channel.fc2),
            "project": _base.linear(module.spatial.project),
            "merge": _base.linear(merge),
            "reach": REACH,
            "sizes": list(SIZES),
            "terms": ["u_k", "c", "s", "out"],
        }
        super().__init__(manifest, {"maps": self._maps}, **state)

    @traitlets.validate("picture")
    def _check_picture(self, proposal: traitlets.Bunch) -> int:
        return _base.check_picture(self, proposal)

    @traitlets.validate("channel")
    def _check_channel(self, proposal: traitlets.Bunch) -> int:
        return _base.check_channel(self, proposal)

    @traitlets.validate("gate")
    def _check_gate(self, proposal: traitlets.Bunch) -> list[float]:
        if len(proposal.value) > 1 or not all(0 <= gate <= 1 for gate in proposal.value):
            raise traitlets.TraitError(
                f"gate must be empty or one number from 0 to 1, got {proposal.value}"
            )
        return proposal.value

    @traitlets.validate("shift")
    def _check_shift(self, proposal: traitlets.Bunch) -> float:
        if not -REACH <= proposal.value <= REACH:
            raise traitlets.TraitError(
                f"shift must be from {-REACH:g} to {REACH:g}, got {proposal.value}"
            )
        return proposal.value

    @traitlets.validate("size")
    def _check_size(self, proposal: traitlets.Bunch) -> float:
        if proposal.value not in SIZES:
            raise traitlets.TraitError(f"size must be one of {SIZES}, got {proposal.value}")
        return proposal.value

    def evaluate(self, state: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """What the page shows, in float64, of the present state with ``state`` in place of it.

        Returns:
            ``u`` (H, W), the map; ``c``, its gate, and ``own``, that of the block; ``s`` (H, W);
            ``outputs`` and ``ratios``: rule → Û (H, W) and its root mean square over that of
            ``u``; ``origin`` (H, W): where `max` takes each value from, 0 the gate, 2 the mask,
            1 where the two are equal.
        """
        now, known = self._now(state), self.manifest
        k, maps = now["channel"], self._maps.values()[now["picture"]]
        c = _twin.excite(known["fc1"], known["fc2"], maps.mean((1, 2)))["gates"]
        own = c[k].item()
        if now["gate"]:
            c[k] = now["gate"][0]
        s = (_twin.pointwise(known["project"], maps)[0] + now["shift"]).sigmoid()
        maps = now["size"] * maps
        c = c[:, None, None]
        outputs = {}
        for name in JOINS:
            joined = rule(name).apply(maps[None], c[None], s[None, None])[0]
            outputs[name] = (
                _twin.pointwise(known["merge"], joined) if rule(name).maps > 1 else joined
            )[k]
        u = maps[k]
        return {
            "u": u,
            "c": c[k].item(),
            "own": own,
            "s": s,
            "outputs": outputs,
            "ratios": {name: _rms(out) / _rms(u) for name, out in outputs.items()},
            "origin": 1 + (s * u - c[k] * u).sign(),
        }

    def quantities(self, state: Mapping[str, Any] | None = None) -> dict[str, float]:
        seen = self.evaluate(state)
        gate, mask = (int((seen["origin"] == code).sum()) for code in (0, 2))
        untied = max(1, gate + mask)
        return {
            **{f"{TITLES[name]} out/in": ratio for name, ratio in seen["ratios"].items()},
            "from the gate": gate / untied,
            "from the mask": mask / untied,
            "mask mean": seen["s"].mean().item(),
        }

    def _draw(self, figure: "Figure", state: Mapping[str, Any]) -> None:
        now = self.evaluate(state)
        every = [now["u"], *now["outputs"].values()]
        ends = {
            "cmap": _base.colour_map("feature"),
            "vmin": min(0.0, *(float(each.min()) for each in every)),
            "vmax": max(float(each.max()) for each in every),
        }
        axes = figure.subplots(2, 5)
        for axis in axes.flatten():
            axis.set_axis_off()
        for axis, name in zip(axes[0], JOINS, strict=True):
            title = STILL["ratio"].format(name=TITLES[name], ratios=now["ratios"][name])
            _base.show(axis, now["outputs"][name], title, **ends)
        chosen = state["rule"]
        _base.show(axes[1][0], now["u"], STILL["map"].format(channel=state["channel"] + 1), **ends)
        _base.show(
            axes[1][1], now["s"], STILL["mask"], cmap=_base.colour_map("space"), vmin=0, vmax=1
        )
        axes[1][2].text(0.5, 0.5, f"c = {now['c']:.3f}", ha="center", size=10)
        apart = [out - now["outputs"]["add"] for out in now["outputs"].values()]
        most = max(float(each.abs().max()) for each in apart) or 1.0
        scale = {"cmap": _base.colour_map("difference"), "vmin": -most, "vmax": most}
        _base.show(
            axes[1][3],
            apart[JOINS.index(chosen)],
            STILL["difference"].format(chosen=TITLES[chosen]),
            **scale,
        )
        scale = {"cmap": _base.colour_map("origin"), "vmin": 0, "vmax": 2}
        _base.show(axes[1][4], now["origin"], STILL["origin"], **scale)


def _rms(values: Tensor) -> float:
    return math.sqrt(values.square().mean().item())
