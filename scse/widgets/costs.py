"""Costs: what a block adds, to a convolution of the same map and to a whole U-Net."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, TypedDict

import traitlets

from scse import costs
from scse.blocks import hidden_units
from scse.widgets import _base, _words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

STILL = _words.still("costs")

CHANNELS = (2, 4, 8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024)
SIDES = (3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512)
RATIOS = (1, 2, 4, 8, 16, 32)
BATCHES = (1, 2, 4, 8, 16, 32, 64)
BALANCES = (1, 2, 4, 8, 16, 32, 64, 128, 256)
WIDTHS = (4, 8, 16, 32, 64, 128)
DEPTHS = (2, 3, 4, 5, 6)
SIZES = (32, 64, 128, 256, 512)
KERNELS = (3, 5)
TITLES = _words.group("costs", "kinds")
WORDS = _words.group("costs", "ways")
# Trait -> what it may be.
LISTS: dict[str, tuple[int, ...]] = {
    "r": RATIOS,
    "channels": CHANNELS,
    "height": SIDES,
    "width": SIDES,
    "batch": BATCHES,
    "bytes": (2, 4),
    "balance": BALANCES,
    "base": WIDTHS,
    "depth": DEPTHS,
    "size": SIZES,
    "rank": (2, 3),
    "kernel": KERNELS,
}


class Manifest(TypedDict):
    """What the page reads."""

    lists: dict[str, list[int]]  # trait -> what it may be
    passes: dict[str, dict[str, list[int]]]  # way -> kind -> forward, backward
    in_channels: int  # of the U-Net
    classes: int
    terms: list[str]  # that the page's figure shows, see book/_ext/terms.py


class Costs(_base.Widget):
    """A calculator: parameters, multiplications and memory traffic of a block and of a U-Net.

        Costs(kind="add", channels=64, height=128, width=128)

    The formulas are those of `scse.costs`. Time is a bound, the roofline: a computation takes as
    long as its arithmetic or as its traffic, whichever is longer. Of a machine only one number
    counts for that, its balance: the MACs it can do while it moves one byte.

    Args:
        in_channels, classes: of the U-Net.
        view, kind, r, …: the first state, see the traits.
        states, name, tour, puzzle: of every figure, see `scse.widgets`.

    Raises:
        TypeError: unknown keywords.
        TraitError: a size that is not on its list.
    """

    _esm = _base.MODULES / "costs.js"
    _css = _base.style("costs.css")
    parts: ClassVar[Mapping[str, str]] = _words.parts("costs")
    view = traitlets.Enum(("block", "network"), "block").tag(sync=True, state=True)
    """Whether one block is looked at, ``"block"``, or a U-Net, ``"network"``."""
    kind = traitlets.Enum(costs.KINDS, "add").tag(sync=True, state=True)
    """``"cse"`` (which is SE), ``"sse"``, or scSE by ``"add"``, ``"max"``, ``"mul"``,
    ``"concat"``."""
    r = traitlets.Int(2).tag(sync=True, state=True)
    """The reduction ratio, 1 to 32 in powers of two."""
    channels = traitlets.Int(64).tag(sync=True, state=True)
    """C of the map, 2 to 1024."""
    height = traitlets.Int(128).tag(sync=True, state=True)
    """H of the map, 3 to 512."""
    width = traitlets.Int(128).tag(sync=True, state=True)
    """W of the map, 3 to 512."""
    batch = traitlets.Int(1).tag(sync=True, state=True)
    """Maps at once, 1 to 64: the weights are read once for all of them."""
    bytes = traitlets.Int(4).tag(sync=True, state=True)
    """Of a number: 4 in single precision, 2 in half precision."""
    balance = traitlets.Int(4).tag(sync=True, state=True)
    """MACs that the machine can do while it moves a byte, 1 to 256."""
    base = traitlets.Int(8).tag(sync=True, state=True)
    """Channels of the U-Net's first stage, 4 to 128."""
    depth = traitlets.Int(4).tag(sync=True, state=True)
    """Stages from the image to the bottleneck, 2 to 6."""
    size = traitlets.Int(128).tag(sync=True, state=True)
    """Side of the image, 32 to 512."""
    rank = traitlets.Int(2).tag(sync=True, state=True)
    """Directions of the image: 2 or 3."""
    kernel = traitlets.Int(3).tag(sync=True, state=True)
    """Side of the convolutions' kernels: 3 or 5."""
    doubling = traitlets.Bool(True).tag(sync=True, state=True)
    """Whether each stage below has twice as many channels, or as many."""
    bottleneck = traitlets.Bool(True).tag(sync=True, state=True)
    """Whether the bottleneck has a block too."""
    weights = traitlets.Bool(False).tag(sync=True, state=True)
    """Whether weights alone are counted: no biases, no batch norms, no last convolution."""
    count = traitlets.Enum(("parameters", "MACs"), "parameters").tag(sync=True, state=True)
    """What the bars of the stages show."""

    def __init__(self, *, in_channels: int = 1, classes: int = 4, **state: Any) -> None:
        self._check_keywords(state)
        for name, value in (("in_channels", in_channels), ("classes", classes)):
            if not isinstance(value, int) or value < 1:
                raise ValueError(f"{name} must be a whole number of at least 1, got {value!r}")
        manifest: Manifest = {
            "lists": {name: list(values) for name, values in LISTS.items()},
            "passes": {
                way: {kind: list(pair) for kind, pair in kinds.items()}
                for way, kinds in costs.PASSES.items()
            },
            "in_channels": in_channels,
            "classes": classes,
            "terms": ["P", "M", "passes", "B", "I"],
        }
        super().__init__(manifest, {}, **state)

    @traitlets.validate(*LISTS)
    def _check_listed(self, proposal: traitlets.Bunch) -> int:
        name, known = proposal.trait.name, LISTS[proposal.trait.name]
        if proposal.value not in known:
            raise traitlets.TraitError(
                f"{name} must be one of {', '.join(map(str, known))}, got {proposal.value}"
            )
        return proposal.value

    def evaluate(self, state: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """What the page shows, of the present state with ``state`` in place of it.

        Returns:
            ``block`` and ``convolution``: parameters, MACs (of one map), hidden units; ``ways``:
            way → passes (forward, backward), bytes and MACs per byte of the forward pass, and the
            time that it takes at least, as a share of the convolution's. ``stages``: (name,
            channels, positions, own parameters, own MACs, the block's parameters, its MACs).
            ``totals``: parameters and MACs of the network without its blocks, of its blocks, and
            the second over the first.
        """
        now = self._now(state)
        c, s, n = now["channels"], now["height"] * now["width"], now["batch"]
        here = costs.block(now["kind"], c, s, now["r"])
        beside = costs.convolution(c, s)

        def moved(passes: int, cost: costs.Cost) -> dict[str, float]:
            size = now["bytes"] * costs.traffic(passes, c, s, cost.parameters, n)
            macs = n * cost.macs
            return {
                "bytes": size,
                "intensity": macs / size,
                "time": max(size, macs / now["balance"]),
            }

        convolution = moved(2, beside)
        ways: dict[str, dict[str, Any]] = {}
        for way in costs.WAYS:
            passes = costs.PASSES[way][now["kind"]]
            ways[way] = {"passes": list(passes), **moved(passes[0], here)}
            ways[way]["time"] /= convolution["time"]
        stages = costs.unet(
            now["kind"],
            now["r"],
            width=now["base"],
            **{k: now[k] for k in ("depth", "size", "rank", "kernel", "doubling", "bottleneck")},
            in_channels=self.manifest["in_channels"],
            classes=self.manifest["classes"],
            weights=now["weights"],
        )
        totals = {}
        for at, name in enumerate(("parameters", "macs")):
            own, added = (sum(cost[at] for cost in each) for each in self._columns(stages))
            totals[name] = {"own": own, "blocks": added, "share": added / own}
        return {
            "block": {**here._asdict(), "hidden": self._units(now["kind"], c, now["r"])},
            "convolution": {**beside._asdict(), **convolution},
            "ways": ways,
            "stages": [
                [name, channels, positions, *own, *cost]
                for name, channels, positions, own, cost in stages
            ],
            "totals": totals,
        }

    @staticmethod
    def _columns(stages: list[costs.Stage]) -> tuple[list[costs.Cost], list[costs.Cost]]:
        return [stage.own for stage in stages], [stage.block for stage in stages]

    @staticmethod
    def _units(kind: str, channels: int, r: int) -> int:
        return 0 if kind == "sse" else hidden_units(channels, r)

    def quantities(self, state: Mapping[str, Any] | None = None) -> dict[str, float]:
        now, seen = self._now(state), self.evaluate(state)
        block, beside, package = seen["block"], seen["convolution"], seen["ways"]["package"]
        return {
            "parameters": block["parameters"],
            "parameters beside the convolution (%)": 100
            * block["parameters"]
            / beside["parameters"],
            "MACs beside the convolution (%)": 100 * block["macs"] / beside["macs"],
            "time beside the convolution (%)": 100 * package["time"],
            "MACs per byte": package["intensity"],
            "added parameters (%)": 100 * seen["totals"]["parameters"]["share"],
            "added MACs (%)": 100 * seen["totals"]["macs"]["share"],
            "fewest hidden units": self._units(now["kind"], now["base"], now["r"]),
            "r": now["r"],
        }

    def _draw(self, figure: "Figure", state: Mapping[str, Any]) -> None:
        now = self.evaluate(state)
        if state["view"] == "block":
            left, right = figure.subplots(1, 2, width_ratios=[1.3, 1])
            self._draw_beside(left, now)
            self._draw_roof(right, now, state["balance"])
            figure.suptitle(
                STILL["title"].format(
                    kind=TITLES[state["kind"]],
                    r=state["r"],
                    channels=state["channels"],
                    height=state["height"],
                    width=state["width"],
                ),
                size=10,
            )
        else:
            self._draw_stages(figure.subplots(), now, state)

    @staticmethod
    def _draw_beside(axis: "Axes", now: Mapping[str, Any]) -> None:
        block, beside = now["block"], now["convolution"]
        rows = [
            (STILL["parameters"], block["parameters"] / beside["parameters"], "channel-fill"),
            (STILL["macs"], block["macs"] / beside["macs"], "channel-fill"),
        ]
        rows += [
            (STILL["bytes"].format(way=WORDS[way]), each["bytes"] / beside["bytes"], "space-fill")
            for way, each in now["ways"].items()
        ]
        rows.append((STILL["time"], now["ways"]["package"]["time"], "plain-fill"))
        for y, (_, share, colour) in enumerate(rows):
            axis.barh(y, share, color=_base.COLOURS[colour])
            axis.text(share, y, f" {100 * share:.3g} %", va="center", size=8)
        axis.set_yticks(range(len(rows)), [name for name, *_ in rows], size=8)
        axis.invert_yaxis()
        axis.axvline(1, color=_base.COLOURS["ink"], linewidth=1)
        axis.set_xlim(0, 1.25 * max(1, *(share for _, share, _ in rows)))
        axis.set_xlabel(STILL["one"], size=8)

    @staticmethod
    def _draw_roof(axis: "Axes", now: Mapping[str, Any], balance: int) -> None:
        reach = [2.0**power for power in range(-6, 11)]
        axis.loglog(reach, [min(1, i / balance) for i in reach], color=_base.COLOURS["ink"])
        dots = [
            (each["intensity"], str(each["passes"][0]), "space-fill")
            for each in now["ways"].values()
        ]
        dots.append((now["convolution"]["intensity"], STILL["conv"], "plain-fill"))
        for intensity, name, colour in dots:
            height = min(1, intensity / balance)
            axis.plot(intensity, height, "o", color=_base.COLOURS[colour])
            axis.annotate(name, (intensity, height), (0, -12), textcoords="offset points", size=8)
        axis.set_xlabel(STILL["intensity"], size=8)
        axis.set_ylabel(STILL["peak"], size=8)

    @staticmethod
    def _draw_stages(axis: "Axes", now: Mapping[str, Any], state: Mapping[str, Any]) -> None:
        at = 3 if state["count"] == "parameters" else 4
        names = [stage[0] for stage in now["stages"]]
        own = [stage[at] for stage in now["stages"]]
        added = [stage[at + 2] for stage in now["stages"]]
        axis.bar(names, own, color=_base.COLOURS["plain-fill"], label=STILL["convolutions"])
        axis.bar(
            names, added, bottom=own, color=_base.COLOURS["channel-fill"], label=STILL["block"]
        )
        for x, (a, b) in enumerate(zip(own, added, strict=True)):
            if b:
                axis.text(x, a + b, f"+{100 * b / a:.2g} %", ha="center", va="bottom", size=8)
        axis.tick_params(axis="x", labelsize=7)
        axis.legend(fontsize=8)
        total = now["totals"]["parameters" if at == 3 else "macs"]
        axis.set_title(
            STILL["total"].format(
                count=STILL["counts"][state["count"]],
                own=total["own"],
                blocks=total["blocks"],
                share=100 * total["share"],
            ),
            size=9,
        )
