"""BlockFlow: a whole block at work, from its maps U to its maps Û."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, TypedDict

import torch
import traitlets
from torch import Tensor, nn

from scse.blocks import cSE, scSE, sSE
from scse.data import Source
from scse.rules import BRANCHES, rule
from scse.widgets import _base, _twin, _words
from scse.widgets._packing import quantise

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STILL = _words.still("block_flow")

MOST_CHANNELS = 64
SEEN = 4  # channels in the still picture, as many as in the page


class Manifest(TypedDict):
    """What the page reads, beside the arrays."""

    samples: list[Source]
    block: str
    kind: str  # of block
    rule: str  # by which it applies its gates
    shape: list[int]  # (C, H, W) of the maps
    size: list[int]  # of the pictures
    fc1: _base.Linear | None  # what a block has not is None
    fc2: _base.Linear | None
    project: _base.Linear | None
    merge: _base.Linear | None
    terms: list[str]  # that the page's figure shows, see book/_ext/terms.py


class BlockFlow(_base.Widget):
    """A block as a diagram of its own maps and gates; *Play* runs the computation, step by step.

        BlockFlow(net, [("two digits", image)], block="decoder2")

    Four channels are in sight, with others to turn to; all of them are computed.

    Args:
        net: a network with `cSE`, `sSE` or `scSE` blocks.
        samples: a list of (title, image (channels, H, W)), more as `GateLab` takes them.
        block: which block; it may have 64 channels at most.
        picture: the first state, see the trait.
        states, name, tour, puzzle: of every figure, see `scse.widgets`.

    Raises:
        TypeError: samples of another form, unknown keywords.
        ValueError: unknown block, or one with too many channels.
    """

    _esm = _base.MODULES / "block_flow.js"
    _css = _base.style("block_flow.css")
    parts: ClassVar[Mapping[str, str]] = _words.parts("block_flow")
    picture = traitlets.Int(0).tag(sync=True, state=True)
    """Which of the samples is shown."""

    def __init__(
        self, net: nn.Module, samples: _base.Samples, *, block: str = "decoder2", **state: Any
    ) -> None:
        self._check_keywords(state)
        module: cSE | sSE | scSE = _base.block(net, block)
        if module.channels > MOST_CHANNELS:
            raise ValueError(
                f"BlockFlow carries {MOST_CHANNELS} channels at most, "
                f"block {block!r} has {module.channels}"
            )
        channel, spatial = (getattr(module, branch, None) for branch in BRANCHES)
        merge = getattr(module, "merge", None)
        self.samples = _base.check_samples(samples)
        records = [_base.run(net, sample.image)[block] for sample in self.samples]
        maps = torch.stack([_base.known(record.input)[0] for record in records])
        self._maps = quantise(maps, 128)
        self._pictures = torch.stack([_base.grey(sample.image) for sample in self.samples])
        manifest: Manifest = {
            "samples": [{"title": s.title, "credit": s.credit} for s in self.samples],
            "block": block,
            "kind": type(module).__name__,
            "rule": module._rule,
            "shape": list(maps.shape[1:]),
            "size": list(self._pictures.shape[1:]),
            "fc1": channel and _base.linear(channel.fc1),
            "fc2": channel and _base.linear(channel.fc2),
            "project": spatial and _base.linear(spatial.project),
            "merge": merge and _base.linear(merge),
            "terms": [
                *("U", "sigma", "out"),
                *(("z", "W2", "relu", "W1", "logits", "c") if channel else ()),
                *(("w", "q", "s") if spatial else ()),
            ],
        }
        super().__init__(manifest, {"maps": self._maps, "images": self._pictures}, **state)

    @traitlets.validate("picture")
    def _check_picture(self, proposal: traitlets.Bunch) -> int:
        return _base.check_picture(self, proposal)

    def evaluate(self, picture: int | None = None) -> dict[str, Tensor]:
        """What the page shows, in float64; of the present picture if none is given.

        Returns:
            ``maps`` U and ``output`` Û (C, H, W); where there is a channel branch ``z`` (C,),
            ``before`` and ``hidden`` (hidden,), ``logits`` and ``gates`` (C,); where there is a
            spatial branch ``q`` and ``mask`` (H, W).
        """
        maps = self._maps.values()[self.picture if picture is None else picture]
        now = {"maps": maps}
        gates: dict[str, Tensor] = {}
        if self.manifest["fc1"]:
            z = maps.mean((1, 2))
            now |= {"z": z, **_twin.excite(self.manifest["fc1"], self.manifest["fc2"], z)}
            gates["channel"] = now["gates"][:, None, None]
        if self.manifest["project"]:
            now["q"] = _twin.pointwise(self.manifest["project"], maps)[0]
            now["mask"] = now["q"].sigmoid()
            gates["spatial"] = now["mask"]
        if self.manifest["merge"]:
            parts = torch.cat([gate * maps for gate in gates.values()])
            now["output"] = _twin.pointwise(self.manifest["merge"], parts)
        else:
            c, s = (gates.get(branch, torch.ones(())) for branch in BRANCHES)
            now["output"] = rule(self.manifest["rule"]).apply(maps, c, s)
        return now

    def _draw(self, figure: "Figure", state: Mapping[str, Any]) -> None:
        now = self.evaluate(state["picture"])
        shown = range(min(SEEN, len(now["maps"])))
        stacks = {"U": now["maps"]}
        if "gates" in now:
            stacks["c·U"] = now["gates"][:, None, None] * now["maps"]
        if "mask" in now:
            stacks["s·U"] = now["mask"] * now["maps"]
        stacks["Û"] = now["output"]
        wide = [1.0] * len(stacks) + [1.8] * ("mask" in now)
        grid = figure.add_gridspec(len(shown), len(wide), width_ratios=wide)
        for i, k in enumerate(shown):
            low = min(0.0, now["maps"][k].min().item(), now["output"][k].min().item())
            high = max(now["maps"][k].max().item(), now["output"][k].max().item())
            scale = {"cmap": _base.colour_map("feature"), "vmin": low, "vmax": high}
            for j, (title, maps) in enumerate(stacks.items()):
                axis = figure.add_subplot(grid[i, j])
                _base.show(axis, maps[k], "" if i else title, **scale)
                if j == 0:
                    words = STILL["channel"].format(k=k + 1)
                    words += f"\nc = {now['gates'][k]:.3f}" if "gates" in now else ""
                    place = axis.transAxes
                    axis.text(-0.1, 0.5, words, size=8, ha="right", va="center", transform=place)
        if "mask" in now:
            axis = figure.add_subplot(grid[:, -1])
            drawn = _base.show(axis, now["mask"], STILL["mask"], cmap=_base.colour_map("space"))
            figure.colorbar(drawn, ax=axis, shrink=0.8)
