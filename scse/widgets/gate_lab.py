"""GateLab: the blocks of a network, with their gates in the reader's hand."""

import copy
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, TypedDict

import torch
import traitlets
from torch import Tensor, nn

from scse import edits as _edits
from scse._undisturbed import evaluating
from scse.blocks import scSE
from scse.data import Source
from scse.recording import BRANCHES, Record, record
from scse.rules import Branch, rule
from scse.widgets import _answers, _base, _twin, _words
from scse.widgets._engine import Engine
from scse.widgets._packing import quantise

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STILL = _words.still("gate_lab")


class Manifest(TypedDict):
    """What the page reads, beside the arrays."""

    network: str  # its name, under which a site may have it as a file
    blocks: dict[str, _base.Block]
    last: str  # the name of the last one
    samples: list[Source]
    classes: list[_base.Class]  # background first
    keys: list[str]  # what quantities call them
    shape: list[int]  # (C, H, W) of the last block
    outline: bool  # draw the borders of the true classes
    fc1: _base.Linear
    fc2: _base.Linear
    project: _base.Linear
    head: _base.Linear


class GateLab(_base.Widget):
    """Drag the channel gates of a block and watch the segmentation.

    The head of the network is a 1×1 convolution, so everything after the last block's input
    can be computed in the page: gates, mask, recalibrated maps, classes, Dice. For the blocks
    before it the whole network runs: in torch where there is a kernel; in the page where the
    site has the network as an ONNX file (see `scse.export`).

    The pictures are rounded to 256 levels first, so that page and kernel see the same ones.

        GateLab(net, [("two digits", image, label, "photograph: …")])

    Args:
        net: a network with ``stages`` and a 1×1 convolution ``head``, such as `scse.UNet`, whose
            last block is an scSE that adds, takes the maximum or multiplies.
        samples: a list of (title, image (channels, H, W), label (H, W), credit); credit optional.
        classes: ``[(name, "#rrggbb"), …]``, background first; made up if not given.
        levels: steps to which each feature map is rounded; fewer make a smaller page.
        outline: draw the borders of the true classes over the segmentation.
        picture, block, edits: the first state, see the traits.
        states, name, tour, puzzle: of every figure, see `scse.widgets`.

    Raises:
        TypeError: samples of another form, unknown keywords.
        ValueError: shapes that do not fit, or a network of another kind.
    """

    _esm = _base.MODULES / "gate_lab.js"
    _css = _base.style("gate_lab.css")
    parts: ClassVar[Mapping[str, str]] = _words.parts("gate_lab")
    picture = traitlets.Int(0).tag(sync=True, state=True)
    """Which of the samples is shown."""
    block = traitlets.Unicode().tag(sync=True, state=True)
    """Which block is opened; the last one if empty."""
    edits = traitlets.Dict().tag(sync=True, state=True)
    """What is done to the gates: block → branch → edit, see `scse.edits`. ``from`` names a sample;
    ``mean`` there is none."""

    def __init__(
        self,
        net: nn.Module,
        samples: _base.Samples,
        *,
        classes: _base.Named | None = None,
        levels: int = 64,
        outline: bool = True,
        **state: Any,
    ) -> None:
        self._check_keywords(state)
        name, head = _last_stage(net)
        block: scSE = _base.block(net, name, "channel", "spatial")
        if block.combine == "concat":
            raise ValueError("GateLab draws scSE with combine add, max or mul; this one has concat")
        self.samples = _base.check_samples(samples, labelled=True)
        self._inputs = quantise(torch.stack([sample.image for sample in self.samples]))
        self._images = self._inputs.values().float()  # (n, channels, H, W)
        with evaluating(net):
            records = [record(net, image[None]) for image in self._images]
        inputs = [_base.known(rec[name].input)[0] for rec in records]
        self._maps = quantise(torch.stack(inputs), levels)
        self._labels = torch.stack([_base.known(sample.label) for sample in self.samples]).byte()
        self._last = name
        both = {  # the blocks that the desk can show, and the shapes of their maps
            block: _base.known(seen.input).shape
            for block, seen in records[0].items()
            if seen.channel is not None and seen.spatial is not None
        }
        self._blocks: dict[str, _base.Block] = {
            block: {
                "channels": shape[1],
                "positions": list(shape[2:]),
                "branches": list(BRANCHES),
                "rule": _base.block(net, block).combine,
            }
            for block, shape in both.items()
        }
        # Under this name a site may have the network as an ONNX file.
        network = getattr(net, "name", "network")
        self._engine = Engine({network: copy.deepcopy(net).eval()}, self._images)
        named = _base.class_names(classes, head.out_channels)
        manifest: Manifest = {
            "network": network,
            "blocks": self._blocks,
            "last": name,
            "samples": [{"title": s.title, "credit": s.credit} for s in self.samples],
            "classes": _base.check_classes(named, head.out_channels),
            "keys": [name for name, _ in named],
            "shape": list(inputs[0].shape),
            "outline": bool(outline),
            "fc1": _base.linear(block.channel.fc1),
            "fc2": _base.linear(block.channel.fc2),
            "project": _base.linear(block.spatial.project),
            "head": _base.linear(head),
        }
        arrays: _base.Arrays = {"maps": self._maps, "labels": self._labels, "inputs": self._inputs}
        super().__init__(manifest, arrays, **state)
        self._engine.serve(self)

    @traitlets.validate("picture")
    def _check_picture(self, proposal: traitlets.Bunch) -> int:
        return _base.check_picture(self, proposal)

    @traitlets.validate("block")
    def _check_block(self, proposal: traitlets.Bunch) -> str:
        if proposal.value and proposal.value not in self._blocks:
            raise traitlets.TraitError(
                f"block must be one of {', '.join(self._blocks)}, got {proposal.value!r}"
            )
        return proposal.value

    @traitlets.validate("edits")
    def _check_edits(self, proposal: traitlets.Bunch) -> _edits.Edits:
        wrong = _edits.problem(proposal.value, self._blocks, len(self.samples), means=False)
        if wrong:
            raise traitlets.TraitError(f"edits: {wrong}")
        return proposal.value

    def evaluate(
        self, picture: int | None = None, edits: _edits.Edits | None = None
    ) -> dict[str, Any]:
        """What the page shows of the last block, in float64; the present state where nothing is
        given.

        Args:
            picture: which of the samples.
            edits: as the trait; those of the last block count.

        Returns:
            ``gates`` (C,) and ``mask`` (H, W) that go on, ``segmentation`` (H, W), ``dice``,
            ``dice_of`` (classes,) and ``changed``, the number of pixels that differ from the
            network's own.
        """
        picture = self.picture if picture is None else picture
        edits = self.edits if edits is None else edits
        known: Manifest = self.manifest
        row = rule(self._blocks[self._last]["rule"])
        maps = self._maps.values()[picture]  # (C, H, W)
        own = self._own(picture)

        def edited(branch: Branch) -> Tensor:
            edit: _edits.Edit = edits.get(self._last, {}).get(branch, {"base": "own"})
            change = _edits.replacement(
                edit,
                label=f"{branch} gate",
                neutral=row.neutral[branch],
                lend=lambda edit: self._own(edit["from"])[branch],
            )
            return change(own[branch])

        def segment(gates: Mapping[Branch, Tensor]) -> Tensor:
            out = row.apply(maps[None], gates["channel"], gates["spatial"])[0]
            return _twin.pointwise(known["head"], out).argmax(0)

        gates = {branch: edited(branch) for branch in BRANCHES}
        segmentation = segment(gates)
        return {
            "gates": gates["channel"].flatten(),
            "mask": gates["spatial"][0, 0],
            "segmentation": segmentation,
            "changed": int((segmentation != segment(own)).sum()),
            **_twin.scores(segmentation, self._labels[picture], len(known["classes"])),
        }

    def _own(self, picture: int) -> dict[Branch, Tensor]:
        """The last block's own gates for a picture, (1, C, 1, 1) and (1, 1, H, W)."""
        known: Manifest = self.manifest
        maps = self._maps.values()[picture]
        gates = _twin.excite(known["fc1"], known["fc2"], maps.mean((1, 2)))["gates"]
        mask = _twin.pointwise(known["project"], maps).sigmoid()
        return {"channel": gates[None, :, None, None], "spatial": mask[None]}

    def _run(self, picture: int, edits: _edits.Edits) -> Record:
        """Of the whole network: what `evaluate` leaves out."""
        (net,) = self._engine.networks.values()

        def lend(edit: _edits.Edit, block: str, branch: Branch) -> Tensor:
            return _base.known(getattr(self._run(edit["from"], {})[block], branch))

        return _answers.edited(net, self._images[picture], edits, self._blocks, lend)

    def _segmentation(self, picture: int, edits: _edits.Edits) -> Tensor:
        if set(edits) <= {self._last}:  # as the page, in float64
            return self.evaluate(picture, edits)["segmentation"]
        return self._run(picture, edits).logits[0].argmax(0)

    def quantities(self, state: Mapping[str, Any] | None = None) -> dict[str, float]:
        now = self._now(state)
        classes, label = self.manifest["keys"], self._labels[now["picture"]].long()
        seen = self._segmentation(now["picture"], now["edits"])
        own = self._segmentation(now["picture"], {})
        shares = {
            f"{a} read as {b}": (seen[label == k] == j).double().mean().item()
            for k, a in enumerate(classes)
            if k and (label == k).any()
            for j, b in enumerate(classes)
        }
        return _answers.compared(seen, own, label, len(classes), now["edits"]) | shares

    def _draw(self, figure: "Figure", state: Mapping[str, Any]) -> None:
        picture, edits, block = state["picture"], state["edits"], state["block"] or self._last
        if block == self._last and set(edits) <= {block}:
            now = self.evaluate(picture, edits)
        else:
            rec = self._run(picture, edits)
            seen = rec.logits[0].argmax(0)
            channel, spatial = (_base.known(getattr(rec[block], b))[0] for b in BRANCHES)
            now = {"gates": channel.flatten(), "mask": spatial[0], "segmentation": seen}
            now["dice"] = _twin.scores(seen, self._labels[picture], len(self.manifest["classes"]))[
                "dice"
            ]
        classes = self.manifest["classes"]
        (top,), (bottom,) = figure.subfigures(2, 1, squeeze=False, height_ratios=[3, 1.6])
        axes = top.subplots(1, 3)
        title = self.samples[picture].title
        _base.show(axes[0], self._images[picture, 0], title, cmap="gray")
        mask = _base.show(axes[1], now["mask"], STILL["mask"], cmap=_base.colour_map("space"))
        top.colorbar(mask, ax=axes[1], shrink=0.8)
        _base.show_classes(
            axes[2], now["segmentation"], classes, STILL["dice"].format(dice=now["dice"])
        )
        axis = bottom.subplots()
        bars = axis.bar(
            range(1, len(now["gates"]) + 1),
            now["gates"].tolist(),
            color=_base.COLOURS["channel-fill"],
        )
        if len(bars) <= 16:  # else there is no room
            axis.bar_label(bars, fmt="%.3f", fontsize=7)
        axis.set(ylim=(0, 1.2), xlabel=STILL["channel"].format(block=block), ylabel=STILL["gate"])


def _last_stage(net: Any) -> tuple[str, nn.Conv2d]:
    """The name of the last stage, and the head."""
    head = getattr(net, "head", None)
    if not hasattr(net, "stages") or not isinstance(head, torch.nn.Conv2d):
        raise ValueError("GateLab needs a network with .stages and a 1×1 convolution .head")
    if head.kernel_size != (1, 1):
        raise ValueError(f"the head must be a 1×1 convolution, got kernel {head.kernel_size}")
    return net.stages[-1], head
