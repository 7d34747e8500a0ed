"""ContrastSwap: two contrasts of one slice that lend each other their channel gates."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, TypedDict

import torch
import traitlets
from torch import Tensor, nn

from scse.widgets import _base, _contrast, _twin, _words

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STILL = _words.still("contrast_swap")


class Manifest(TypedDict):
    """What the page reads, beside the arrays."""

    titles: list[str]
    keys: list[str]  # what quantities call them
    classes: list[_base.Class]
    block: str
    shape: list[int]  # (H, W) of what is shown
    pixels: int  # of the whole picture
    blends: list[float]  # from own gates, 0, to the other's, 1
    order: list[int]  # of the channels
    terms: list[str]  # that the page's figure shows, see book/_ext/terms.py


class ContrastSwap(_base.Widget):
    """Give each picture the channel gates of the other one, in part or whole.

    Nothing is computed in the page: torch ran the network at each blend, with `scse.override`.

        ContrastSwap(net, images=(bright, dark), label=label, classes=classes)

    Args:
        net: a network with `cSE` or `scSE` blocks whose output is class scores.
        images: two images (channels, H, W) that show the same thing.
        label: class numbers (H, W) of both.
        classes: ``[(name, "#rrggbb"), …]``, background first; made up if not given.
        titles: what to call the two pictures.
        block: whose channel gates are exchanged.
        steps: how many blends from own (0) to the other's (1) are stored, both ends counted.
        blend: the first state, see the trait.
        states, name, tour, puzzle: of every figure, see `scse.widgets`.

    Raises:
        TypeError: images or label that are no tensors, unknown keywords.
        ValueError: shapes that do not fit, an unknown block or one without a channel gate,
            fewer than two steps.
    """

    _esm = _base.MODULES / "contrast_swap.js"
    _css = _base.style("contrast_swap.css")
    parts: ClassVar[Mapping[str, str]] = _words.parts("contrast_swap")
    blend = traitlets.Float(0.0).tag(sync=True, state=True)
    """How much of the other picture's gates: 0 own, 1 the other's; one of the stored blends."""

    def __init__(
        self,
        net: nn.Module,
        images: Sequence[Tensor],
        label: Tensor,
        *,
        classes: _base.Named | None = None,
        titles: Sequence[str] = ("bright", "dark"),
        block: str = "bottleneck",
        steps: int = 5,
        **state: Any,
    ) -> None:
        self._check_keywords(state)
        keys = _contrast.check_names(titles, "titles")
        _base.block(net, block, "channel")
        images = _check_pair(images)
        _base.check_label(label, images[0])
        if isinstance(steps, bool) or not isinstance(steps, int):
            raise TypeError(f"steps must be an int, got {type(steps).__name__} {steps!r}")
        if steps < 2:
            raise ValueError(f"steps must be at least 2, own gates and the other's, got {steps}")
        self._blends = [k / (steps - 1) for k in range(steps)]
        t = torch.tensor(self._blends)[:, None]

        own = [_contrast.run_with(net, image[None], block) for image in images]
        self._gates = torch.cat([run.gates for run in own])  # (2, C)
        runs = []
        for image, mine, other in zip(images, self._gates, self._gates.flip(0), strict=True):
            many = image.expand(steps, *image.shape)
            runs.append(_contrast.run_with(net, many, block, (1 - t) * mine + t * other))
        maps = torch.stack([run.maps for run in runs])  # (2, steps, H, W)
        rows, columns = _contrast.crop(label, maps)
        self._maps = maps[..., rows, columns]
        self._label = label[rows, columns].byte()
        self._pictures = torch.stack([_base.grey(image) for image in images])[:, rows, columns]
        manifest: Manifest = {
            "titles": [_words.name(title) for title in keys],
            "keys": keys,
            "classes": _base.check_classes(classes, own[0].classes),
            "block": block,
            "shape": list(self._label.shape),
            "pixels": label.numel(),
            "blends": self._blends,
            "order": _contrast.order(*self._gates),
            "terms": ["c"],
        }
        arrays = {
            "images": self._pictures,
            "label": self._label[None],
            "maps": self._maps,
            "gates": self._gates,
        }
        super().__init__(manifest, arrays, **state)

    @traitlets.validate("blend")
    def _check_blend(self, proposal: traitlets.Bunch) -> float:
        return self._blends[self._step(proposal.value)]

    def _step(self, blend: float) -> int:
        for k, stored in enumerate(self._blends):
            if abs(stored - blend) < 1e-4:  # sliders round
                return k
        known = ", ".join(f"{stored:.4g}" for stored in self._blends)
        raise traitlets.TraitError(f"blend must be one of {known}, got {blend}")

    def evaluate(self, blend: float | None = None) -> dict[str, Any]:
        """What the page shows, in float64; at the present blend if none is given.

        Returns:
            ``gates`` (2, C) as used, ``segmentation`` (2, rows, columns) without empty margins,
            ``dice`` and ``own_dice`` (two
            numbers each), ``dice_of`` (2, classes) and ``changed``, how many pixels of each
            picture have another class than with its own gates.
        """
        step = self._step(self.blend if blend is None else blend)
        blend = self._blends[step]
        gates = self._gates.double()
        now, own = self._maps[:, step], self._maps[:, 0]
        count = len(self.manifest["classes"])
        scores = [_twin.scores(each.long(), self._label, count) for each in now]
        return {
            "gates": (1 - blend) * gates + blend * gates.flip(0),
            "segmentation": now,
            "dice": [score["dice"] for score in scores],
            "dice_of": torch.stack([score["dice_of"] for score in scores]),
            "own_dice": [_twin.scores(each.long(), self._label, count)["dice"] for each in own],
            "changed": (now != own).flatten(1).sum(1).tolist(),
        }

    def quantities(self, state: Mapping[str, Any] | None = None) -> dict[str, float]:
        seen = self.evaluate(self._now(state)["blend"])
        titles = self.manifest["keys"]
        return {
            **{f"Dice of {t}": d for t, d in zip(titles, seen["dice"], strict=True)},
            **{f"pixels changed in {t}": n for t, n in zip(titles, seen["changed"], strict=True)},
        }

    def _draw(self, figure: "Figure", state: Mapping[str, Any]) -> None:
        known = self.manifest
        (top,), (bottom,) = figure.subfigures(2, 1, squeeze=False, height_ratios=[3, 2])
        axes = top.subplots(1, 6)
        blend = state["blend"] or 1  # beside the own gates others are shown
        own, other = self.evaluate(0), self.evaluate(blend)
        lent = STILL["swapped"] if blend == 1 else STILL["blended"].format(blend=blend)
        for i, title in enumerate(known["titles"]):
            left = axes[3 * i :]
            _base.show(left[0], self._pictures[i], title + "\n", cmap="gray")  # as high as they
            for axis, now, words in ((left[1], own, STILL["own"]), (left[2], other, lent)):
                text = STILL["gates"].format(words=words, dice=now["dice"][i])
                _base.show_classes(axis, now["segmentation"][i], known["classes"], text)
        axis = bottom.subplots()
        first, second = self._gates[:, known["order"]]
        axis.vlines(
            range(len(first)), first, second, color=_base.COLOURS["channel-fill"], alpha=0.5
        )
        orange, paper = _base.COLOURS["channel"], _base.COLOURS["paper"]
        style = {"edgecolors": orange, "zorder": 3}
        axis.scatter(range(len(first)), first, 14, paper, label=known["titles"][0], **style)
        axis.scatter(range(len(first)), second, 14, orange, label=known["titles"][1], **style)
        axis.set(xlabel=STILL["channel"], ylabel=STILL["gate"], ylim=(-0.05, 1.05))
        axis.set_xticks([])
        axis.legend(fontsize=7, loc="center left", bbox_to_anchor=(1, 0.5))


def _check_pair(images: Any) -> tuple[Tensor, Tensor]:
    if isinstance(images, Tensor) or not isinstance(images, (tuple, list)):
        raise TypeError(f"images must be a pair of tensors, got {type(images).__name__}")
    if len(images) != 2:
        raise ValueError(f"images must be two, got {len(images)}")
    first, second = (_base.check_image(image) for image in images)
    if first.shape != second.shape:
        raise ValueError(
            f"both images must have one shape, got {tuple(first.shape)} and {tuple(second.shape)}"
        )
    return first, second
