"""GatesLearn: gates and masks of a network while it is trained, three seeds beside each other."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypedDict

import torch
import traitlets
from torch import Tensor

from scse import snapshots
from scse.widgets import _base, _words

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STILL = _words.still("gates_learn")

SHOWN = ("gates", "moved", "apart")


class Block(TypedDict):
    """A block by name: where its gates begin among all, how many they are, which mask is its."""

    name: str
    first: int
    channels: int
    mask: int  # −1 for none


class Manifest(TypedDict):
    """What the page reads, beside the arrays."""

    pictures: list[str]
    blocks: list[Block]
    classes: list[_base.Class]
    seeds: list[int]
    steps: list[int]  # of the moments
    loss: list[list[float]]  # of each seed at each moment
    dice: list[list[float]]
    size: list[int]  # (h, w) of a mask
    answer: list[int]  # (h, w) of an answer
    picture: list[int]  # (h, w) of a picture
    levels: int  # of a mask
    terms: list[str]  # that the page's figure shows, see book/_ext/terms.py


class GatesLearn(_base.Widget):
    """Snapshots of training runs that differ in their seed alone, on one axis of time.

        GatesLearn("gates_learning.npz")

    ``python -m scse.snapshots`` writes such a file.

    Args:
        path: the file, or a `scse.snapshots.Learning`.
        moment, block, picture, show: the first state, see the traits.
        states, name, tour, puzzle: of every figure, see `scse.widgets`.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it holds no snapshots.
        TypeError: unknown keywords.
    """

    _esm = _base.MODULES / "gates_learn.js"
    _css = _base.style("gates_learn.css")
    parts: ClassVar[Mapping[str, str]] = _words.parts("gates_learn")
    moment = traitlets.Int(0).tag(sync=True, state=True)
    """Which snapshot, from 0."""
    block = traitlets.Unicode("").tag(sync=True, state=True)
    """The name of a block; the first one, if none is given."""
    picture = traitlets.Int(0).tag(sync=True, state=True)
    """Which of the held-out pictures."""
    show = traitlets.Enum(SHOWN, "gates").tag(sync=True, state=True)
    """``"gates"``; ``"moved"``, less those at the start; ``"apart"``, the second picture's less
    the first's."""

    def __init__(self, path: str | Path | snapshots.Learning, **state: Any) -> None:
        self._check_keywords(state)
        found = path if isinstance(path, snapshots.Learning) else snapshots.load(path)
        about = found.about
        blocks: list[Block] = []
        for name, channels in about["blocks"].items():
            first = blocks[-1]["first"] + blocks[-1]["channels"] if blocks else 0
            mask = about["masks"].index(name) if name in about["masks"] else -1
            blocks.append({"name": name, "first": first, "channels": channels, "mask": mask})
        self._learning = found
        manifest: Manifest = {
            "pictures": [_words.name(title) for title in about["pictures"]],
            "blocks": blocks,
            "classes": _base.check_classes(
                zip(about["classes"], about["colours"], strict=True), len(about["classes"])
            ),
            "seeds": about["seeds"],
            "steps": found.steps.tolist(),
            "loss": [[round(v, 4) for v in run] for run in found.loss.tolist()],
            "dice": [[round(v, 4) for v in run] for run in found.dice.tolist()],
            "size": list(found.masks.shape[-2:]),
            "answer": list(found.answers.shape[-2:]),
            "picture": list(found.images.shape[-2:]),
            "levels": snapshots.LEVELS,
            "terms": ["c", "s"],
        }
        # Time first: there neighbours are alike, and the differences pack well.
        arrays = {
            "gates": found.gates.transpose(0, 1).flatten(1)[:, None],  # (moments, 1, …)
            "masks": found.masks.transpose(0, 1).flatten(1)[:, None],
            "answers": found.answers.transpose(0, 1).flatten(1)[:, None],
            "images": found.images,
        }
        defaults = {"block": blocks[0]["name"]}
        state = {**defaults, **state}
        super().__init__({**manifest, "defaults": defaults}, arrays, **state)

    @traitlets.validate("moment")
    def _check_moment(self, proposal: traitlets.Bunch) -> int:
        return _base._check_index("moment", len(self.manifest["steps"]), proposal)

    @traitlets.validate("picture")
    def _check_picture(self, proposal: traitlets.Bunch) -> int:
        return _base._check_index("picture", len(self.manifest["pictures"]), proposal)

    @traitlets.validate("block")
    def _check_block(self, proposal: traitlets.Bunch) -> str:
        names = [block["name"] for block in self.manifest["blocks"]]
        if proposal.value not in names:
            raise traitlets.TraitError(f"block must be one of {names}, got {proposal.value!r}")
        return proposal.value

    def _gates(self, name: str) -> Tensor:
        """Float64 (seeds, moments, pictures, channels)."""
        block = next(each for each in self.manifest["blocks"] if each["name"] == name)
        of = slice(block["first"], block["first"] + block["channels"])
        return self._learning.gates[..., of].double() / 255

    def evaluate(self, state: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """What the page shows, in float64, of the present state with ``state`` in place of it.

        Returns:
            ``step``; ``rows`` (seeds, channels, moments), what the rows show; of each seed
            ``loss`` and ``dice`` now, ``moved`` and ``apart``: the mean distance of the gates from
            those at the start, and between the pictures; ``way`` (seeds, moments): ``moved``
            over that at the end; ``masks`` (seeds, h, w), None where the block has none;
            ``answers`` (seeds, h, w).
        """
        now = self._now(state)
        gates = self._gates(now["block"])
        at, picture = now["moment"], now["picture"]
        since = gates - gates[:, :1]
        between = gates[:, :, -1] - gates[:, :, 0]
        rows = {"gates": gates[:, :, picture], "moved": since[:, :, picture], "apart": between}
        moved = since.abs().mean((2, 3))
        found, mask = self._learning, self._mask_of(now["block"])
        masks = found.masks[:, at, picture, mask].double() / (snapshots.LEVELS - 1)
        return {
            "step": self.manifest["steps"][at],
            "rows": rows[now["show"]].transpose(1, 2),
            "loss": torch.tensor(self.manifest["loss"], dtype=torch.float64)[:, at],
            "dice": torch.tensor(self.manifest["dice"], dtype=torch.float64)[:, at],
            "moved": moved[:, at],
            "apart": between.abs().mean(2)[:, at],
            "way": moved / moved[:, -1:].clamp_min(1e-9),
            "masks": masks if mask >= 0 else None,
            "answers": found.answers[:, at, picture],
        }

    def _mask_of(self, name: str) -> int:
        return next(each["mask"] for each in self.manifest["blocks"] if each["name"] == name)

    def quantities(self, state: Mapping[str, Any] | None = None) -> dict[str, float]:
        seen = self.evaluate(state)
        way = seen["way"][:, self._now(state)["moment"]]
        return {
            "step": seen["step"],
            "lowest Dice": seen["dice"].min().item(),
            "shortest way of the gates": way.min().item(),
            "longest way of the gates": way.max().item(),
            "least apart": seen["apart"].min().item(),
            "most apart": seen["apart"].max().item(),
        }

    def _draw(self, figure: "Figure", state: Mapping[str, Any]) -> None:
        now = self.evaluate(state)
        known, seeds = self.manifest, self.manifest["seeds"]
        bare: dict[str, Any] = {"xticks": [], "yticks": []}
        axes = figure.subplots(
            3, len(seeds), squeeze=False, height_ratios=(3, 4, 3), subplot_kw=bare
        )
        ends = (0.0, 1.0) if state["show"] == "gates" else (-1.0, 1.0)
        scale = "channel" if state["show"] == "gates" else "difference"
        for i, seed in enumerate(seeds):
            above, middle, below = axes[:, i]
            first = known["loss"][i][0] or 1.0
            shares = [loss / first for loss in known["loss"][i]]
            above.plot(shares, color=_base.COLOURS["ink"], label=STILL["loss"])
            above.plot(known["dice"][i], "--", color=_base.COLOURS["good"], label=STILL["dice"])
            way = now["way"][i].tolist()
            above.plot(way, ":", color=_base.COLOURS["channel"], label=STILL["way"])
            above.axvline(state["moment"], color=_base.COLOURS["soft"])
            above.set(ylim=(0, 1.1), yticks=(0, 0.5, 1), xlim=(-0.5, len(shares) - 0.5))
            above.set_title(
                STILL["seed"].format(seed=seed, step=now["step"], block=state["block"]), fontsize=8
            )
            above.tick_params(labelsize=6)
            rows = now["rows"][i]
            middle.imshow(  # in the order of their end, as in the page
                rows[rows[:, -1].argsort(descending=True)].numpy(),
                cmap=_base.colour_map(scale),
                vmin=ends[0],
                vmax=ends[1],
                aspect="auto",
                interpolation="nearest",
            )
            middle.axvline(state["moment"], color=_base.COLOURS["soft"])
            middle.set_axis_off()
            masks = now["masks"]
            if masks is None:
                below.set_axis_off()
            else:
                title = STILL["mask"].format(min=masks[i].min(), max=masks[i].max())
                colours = _base.colour_map("space")
                _base.show(below, masks[i], title, cmap=colours, vmin=0, vmax=1)
        axes[0][0].legend(fontsize=5, loc="center right", labelspacing=0.2)
