"""Playground: whole trained networks, the reader's own picture, and every gate in reach."""

import functools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypedDict, cast

import torch
import traitlets
from torch import Tensor, nn
from torch.nn.functional import adaptive_avg_pool2d

from scse import data, weights
from scse import edits as _edits
from scse.recording import BRANCHES, Record, find_blocks, record
from scse.rules import Branch, rule_of
from scse.widgets import _answers, _base, _twin, _words
from scse.widgets._engine import Engine
from scse.widgets._packing import Quantised, quantise

SCHEMA = Path(__file__).with_name("playground.schema.json")

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STILL = _words.still("playground")

NETWORKS = {"none": "none", "cse": "cSE", "sse": "sSE", "scse": "scSE"}
REFERENCE = "scse"
# What is seen first is stored coarsely: it stands until the engine has answered, a second or so.
MAPS = 24  # positions a side to which the stored maps are averaged
COARSE = 16  # levels of stored maps and masks
FINE = 32  # levels of what the page computes with: mean masks, and what pictures are made of


class Network(TypedDict):
    file: str  # its name, with the seed
    title: str
    dice: float  # on all test pictures
    blocks: dict[str, _base.Block]  # none without gates
    means: dict[str, list[float]]  # of the channel gates, by block


class Sliders(TypedDict, total=False):
    """Those of a task that has them."""

    contrast: float
    noise: float
    rotation: float


class State(Sliders):
    """Where the reader is."""

    source: str  # "example:0", "ground:2", "blank" or "own"
    strokes: list[_edits.Stroke]  # drawn on the picture
    network: str  # which one is looked into
    block: str
    edits: _edits.Edits
    compare: bool


class Manifest(TypedDict):
    """What the page reads, beside the arrays."""

    task: str
    draw: bool  # can the reader draw on it?
    size: int  # pixels a side of a picture
    classes: list[_base.Class]  # background first
    examples: Sequence[data.Source]
    grounds: Sequence[data.Source]
    sliders: Mapping[str, data.Slider]
    blank: float | None  # the grey of an empty sheet, where one draws
    reference: str  # the network whose answers are stored
    networks: dict[str, Network]
    test_images: int
    start: State


class Playground(_base.Widget):
    """Draw a digit or choose a brain slice, and overrule any gate of any block.

    In a page the networks run in ONNX Runtime, in a notebook in torch; see
    js/src/engine/contract.js. What is seen first is stored: the networks' answers to the examples.

        Playground("digits")

    Args:
        task: ``"digits"``, ``"brain"``, or another name in `scse.data.TASKS`.
        seed: of the four shipped networks (none, cSE, sSE, scSE) of this task.
        state: parts of the first state that differ, see the trait.
        states, name, tour, puzzle: of every figure, see `scse.widgets`.

    Raises:
        ValueError: an unknown task, or a seed of which not all four networks are shipped.
        TypeError: unknown keywords.
        TraitError: a state that this figure cannot have.
    """

    _esm = _base.MODULES / "playground.js"
    _css = _base.style("playground.css")
    parts: ClassVar[Mapping[str, str]] = _words.parts("playground")
    state = traitlets.Dict().tag(sync=True, state=True)
    """What the reader changed, empty at the start; what a link to the figure carries. Such as
    ``{"block": "decoder2", "edits": {"decoder2": {"spatial": {"base": "mean"}}}}``: see
    playground.schema.json. ``mean`` is over the held-out pictures, ``from`` names an example."""

    def __init__(self, task: str = "digits", *, seed: int | None = None, **state: Any) -> None:
        shown = data.task(task)
        scene = shown.scene()
        seed = scene.seed if seed is None else seed
        self.networks = {kind: weights.load(f"{task}-unet-{kind}", seed) for kind in NETWORKS}
        stored: dict[str, Tensor | Quantised] = {
            name: quantise(array, FINE) if array.is_floating_point() else array
            for name, array in scene.arrays.items()
        }
        self.arrays = {  # as the page gets them
            name: array.values() if isinstance(array, Quantised) else array
            for name, array in stored.items()
        }
        self.pictures = scene.pictures(self.arrays)  # uint8 (n, H, W), what the networks see
        self.labels = scene.labels
        self._engine = Engine({_name(task, k, seed): net for k, net in self.networks.items()})

        images = [self.input(picture) for picture in self.pictures]
        records = [record(self.networks[REFERENCE], image[None]) for image in images]
        self._segmentations = torch.stack([rec.logits[0].argmax(0) for rec in records]).byte()
        arrays: dict[str, Tensor | Quantised] = {
            "labels": self.labels,
            "segmentations": self._segmentations,
            "gates": torch.stack([_flat(rec) for rec in records]),
            **stored,
        }
        for name in records[0]:
            masks = torch.stack([_base.known(rec[name].spatial)[0, 0] for rec in records])
            arrays[f"mask-{name}"] = quantise(masks, COARSE)
            maps = _base.known(records[0][name].input)[0]
            side = min(MAPS, maps.shape[-1])
            arrays[f"maps-{name}"] = quantise(adaptive_avg_pool2d(maps, side), COARSE)
        described: dict[str, Network] = {}
        self._mean_masks: dict[tuple[str, str], Tensor] = {}  # as the page gets them
        for kind, net in self.networks.items():
            means = _means(task, seed, kind)
            for name, mean in means.items():
                if mean["spatial"] is not None:
                    packed = arrays[f"mean-{kind}-{name}"] = quantise(mean["spatial"], FINE)
                    self._mean_masks[kind, name] = packed.values()
            card = weights.card(f"{task}-unet-{kind}", seed)
            described[kind] = {
                "file": card["name"],
                "title": _words.name(NETWORKS[kind]),
                "dice": card["mean_dice"],
                "blocks": _blocks(net, images[0]),
                "means": {n: m["channel"] for n, m in means.items() if m["channel"] is not None},
            }
        sliders = {name: slider.copy() for name, slider in scene.sliders.items()}
        for slider in sliders.values():
            slider["label"] = _words.name(slider["label"])
        starts = cast(Sliders, {name: slider["start"] for name, slider in scene.sliders.items()})
        manifest: Manifest = {
            "task": task,
            "draw": scene.blank is not None,
            "size": shown.size,
            "classes": _base.check_classes(
                zip(shown.classes, shown.colours, strict=True), len(shown.classes)
            ),
            "examples": _named(scene.examples),
            "grounds": _named(scene.grounds),
            "sliders": sliders,
            "blank": scene.blank,
            "reference": REFERENCE,
            "networks": described,
            "test_images": card["test_images"],
            "start": {
                "source": "example:0",
                "strokes": [],
                **starts,  # type: ignore[typeddict-item] # mypy misses the optional keys
                "network": REFERENCE,
                "block": "bottleneck",
                "edits": {},
                "compare": False,
            },
        }
        super().__init__(manifest, arrays, **state)
        self._engine.serve(self)

    @traitlets.validate("state")
    def _check_state(self, proposal: traitlets.Bunch) -> dict[str, Any]:
        if wrong := problem(proposal.value, self.manifest):
            raise traitlets.TraitError(f"state: {wrong}")
        return proposal.value

    @staticmethod
    def input(picture: Tensor) -> Tensor:
        """What a network gets for an 8-bit picture (H, W): float32 (1, H, W), standardised."""
        return data.standardise(picture.float()[None, None])[0]

    def _run(self, state: State, edits: _edits.Edits) -> tuple[int, Record]:
        """The number of the picture and what a network says to it, where Python makes it too."""
        start: State = self.manifest["start"]
        kind, _, number = state["source"].partition(":")
        sliders = self.manifest["sliders"]
        untouched = all(state[name] == start[name] for name in sliders)  # type: ignore[literal-required]
        if kind != "example" or state["strokes"] or not untouched:
            raise ValueError(
                "in Python a Playground makes the untouched examples alone, no drawing and no "
                f"sliders: not {state['source']}"
            )
        net, image = self.networks[state["network"]], self.input(self.pictures[int(number)])
        blocks = self.manifest["networks"][state["network"]]["blocks"]

        def lend(edit: _edits.Edit, block: str, branch: Branch) -> Tensor:
            if edit["base"] == "from":
                lent = record(net, self.input(self.pictures[edit["from"]])[None])[block]
                return _base.known(getattr(lent, branch))
            if branch == "channel":
                means = self.manifest["networks"][state["network"]]["means"][block]
                return torch.tensor(means)[None, :, None, None]
            return self._mean_masks[state["network"], block].float()[None, None]

        return int(number), _answers.edited(net, image, edits, blocks, lend)

    def quantities(self, state: Mapping[str, Any] | None = None) -> dict[str, float]:
        """See `Widget.quantities`; of untouched examples alone.

        Raises:
            ValueError: another picture.
        """
        now = cast(State, {**self.manifest["start"], **self._now(state)["state"]})
        number, rec = self._run(now, now["edits"])
        _, own = self._run(now, {})
        seen, before = (each.logits[0].argmax(0) for each in (rec, own))
        label, count = self.labels[number], len(self.manifest["classes"])
        return _answers.compared(seen, before, label, count, now["edits"])

    def _draw(self, figure: "Figure", state: Mapping[str, Any]) -> None:
        classes = self.manifest["classes"]
        now = cast(State, {**self.manifest["start"], **state["state"]})
        number, rec = self._run(now, now["edits"])
        axes = figure.subplots(1, 3)
        title = self.manifest["examples"][number]["title"]
        _base.show(axes[0], self.pictures[number], title, cmap="gray")
        # The bottleneck, open at first, has few positions and says little at first sight.
        block = state["state"].get("block", "decoder2")
        mask = rec[block].spatial if block in rec else None
        if mask is not None:
            drawn = _base.show(
                axes[1],
                mask[0, 0],
                STILL["mask"].format(block=block),
                cmap=_base.colour_map("space"),
            )
            figure.colorbar(drawn, ax=axes[1], shrink=0.8)
        else:
            axes[1].set_axis_off()
        seen = rec.logits[0].argmax(0)
        score = _twin.scores(seen, self.labels[number], len(classes))["dice"]
        words = STILL["dice"].format(score=score)
        _base.show_classes(axes[2], seen, classes, words)


def _named(sources: Sequence[data.Source]) -> list[data.Source]:
    return [{**source, "title": _words.name(source["title"])} for source in sources]


def _name(task: str, kind: str, seed: int) -> str:
    return f"{task}-unet-{kind}-seed{seed}"


def _flat(rec: Record) -> Tensor:
    """The channel gates of all blocks, one after the other."""
    return torch.cat([_base.known(block.channel).flatten() for block in rec.values()])


def _blocks(net: nn.Module, image: Tensor) -> dict[str, _base.Block]:
    return {
        name: {
            "channels": _base.known(block.input).shape[1],
            "positions": list(_base.known(block.input).shape[2:]),
            "branches": [branch for branch in BRANCHES if getattr(block, branch) is not None],
            "rule": _base.known(rule_of(*block)),
        }
        for name, block in record(net, image[None]).items()
    }


def problem(state: Mapping[str, Any], manifest: Manifest) -> str | None:
    """What is wrong with a state, in words for a person; None if nothing is.

    Edits are checked by the blocks of the reference network; a network without a branch leaves
    out what is done to it.
    """
    start, networks = manifest["start"], manifest["networks"]
    if unknown := sorted(set(state) - set(start)):
        return f"unknown parts {', '.join(unknown)}; there are {', '.join(start)}"
    if wrong := _edits.form_problem(state, SCHEMA):
        return wrong
    now: Any = {**start, **state}
    kind, _, number = now["source"].partition(":")
    counts = {
        "example": len(manifest["examples"]),
        "ground": len(manifest["grounds"]),
        "blank": int(manifest["draw"]),
        "own": 1,
    }
    if int(number or 0) >= counts[kind]:
        return f"there is no picture {now['source']} here"
    for name, slider in manifest["sliders"].items():
        if not slider["min"] <= now[name] <= slider["max"]:
            return f"{name} goes from {slider['min']} to {slider['max']}, got {now[name]}"
    if now["network"] not in networks:
        return f"no network {now['network']!r}; there are {', '.join(map(repr, networks))}"
    blocks = networks[manifest["reference"]]["blocks"]
    if now["block"] not in blocks:
        return f"no block {now['block']!r}; there are {', '.join(map(repr, blocks))}"
    if wrong := _edits.strokes_problem(now["strokes"], manifest["size"]):
        return wrong
    return _edits.problem(now["edits"], blocks, len(manifest["examples"]))


class Means(TypedDict):
    channel: list[float] | None  # (C,)
    spatial: Tensor | None  # (h, w)


@functools.cache
def _means(task: str, seed: int, kind: str) -> dict[str, Means]:
    """The mean of every gate over the held-out pictures."""
    net = weights.load(f"{task}-unet-{kind}", seed)
    if not find_blocks(net):
        return {}
    images, _ = data.task(task).test()
    sums: dict[str, list[tuple[Tensor | None, Tensor | None]]] = {}
    for part in images.split(20):
        for name, block in record(net, part).items():
            sums.setdefault(name, []).append((block.channel, block.spatial))
    means: dict[str, Means] = {}
    for name, parts in sums.items():
        channel, spatial = (
            None
            if parts[0][i] is None
            else torch.cat([_base.known(part[i]) for part in parts]).mean(0)
            for i in (0, 1)
        )
        means[name] = {
            "channel": None if channel is None else channel.flatten().tolist(),
            "spatial": None if spatial is None else spatial[0],
        }
    return means
