"""GradientPaths: the three ways on which a gradient comes back through an scSE block."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, TypedDict, cast

import torch
import traitlets
from torch import Tensor, nn
from torch.nn import functional as F

from scse._undisturbed import evaluating
from scse.blocks import scSE
from scse.recording import find_blocks, record
from scse.training import soft_dice_loss
from scse.widgets import _base, _words
from scse.widgets._packing import Quantised, quantise

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

STILL = _words.still("gradient_paths")

PATHS = ("product", "channel", "mask")
GRADIENTS = ("loss", "pixel", "class", "ones")
NUDGED = ("value", "kink", "tie")
REACH = 12.0
STEPS = tuple(exponent / 2 for exponent in range(-20, 3))  # log10 of h
BESIDE = 1e-3  # a tie of max: the value that is put so near to 0
LEAST = -4.0  # log10 of the share whose arrow has no width left


class Block(TypedDict):
    """One of the blocks to choose from."""

    name: str
    shape: list[int]  # (C, H, W)


class Manifest(TypedDict):
    """What the page reads, beside the arrays."""

    blocks: list[Block]
    title: str
    credit: str
    pixel: list[int]  # row and column in the output, for one pixel's gradient
    names: list[str]  # the class of that pixel, and the class for one class's gradient
    reach: float  # of both shifts, either way
    steps: list[float]  # log10 of h
    beside: float  # how far from its tie the value is put
    terms: list[str]  # that the page's figure shows, see book/_ext/terms.py


class GradientPaths(_base.Widget):
    """How large each of three paths of a gradient is, while the gates are moved.

        GradientPaths(net, ("a slice", image, label), blocks=["bottleneck"])

    The gradient that arrives at the block's output is one of four: of cross-entropy plus soft
    Dice, of one class's score at one pixel, of one class's mean score, or 1 everywhere. It is held
    while gates are moved.

    Args:
        net: a network with `scSE` blocks that add, which puts out scores (N, classes, H, W).
        sample: (title, image (channels, H, W), label (H, W)), credit optional.
        blocks: the blocks to choose from.
        pixel: row and column of the output, the middle if not given.
        of: the class whose mean score is looked at; the last one if not given.
        classes: names and colours, of which the names are shown.
        block, gradient, channel, channel_shift, mask_shift, position, nudge, step, tried: the
            first state, see the traits.
        states, name, tour, puzzle: of every figure, see `scse.widgets`.

    Raises:
        TypeError: a sample of another form, unknown keywords.
        ValueError: unknown block, one that does not add its two branches, a pixel or a class that
            is not in the output.
    """

    _esm = _base.MODULES / "gradient_paths.js"
    _css = _base.style("gradient_paths.css")
    parts: ClassVar[Mapping[str, str]] = _words.parts("gradient_paths")
    block = traitlets.Unicode().tag(sync=True, state=True)
    """Which block."""
    gradient = traitlets.Enum(GRADIENTS, "loss").tag(sync=True, state=True)
    """What arrives at its output: of the ``"loss"``, of one ``"pixel"``, of one ``"class"``, or
    ``"ones"``."""
    channel = traitlets.Int(0).tag(sync=True, state=True)
    """Which channel the maps show, from 0."""
    channel_shift = traitlets.Float(0.0).tag(sync=True, state=True)
    """Added to the logits of all channel gates, -12 to 12."""
    mask_shift = traitlets.Float(0.0).tag(sync=True, state=True)
    """Added to the logits of the mask, -12 to 12."""
    position = traitlets.Int(-1).tag(sync=True, state=True)
    """Which position of the maps is read, row by row; -1: where gradient times map is largest."""
    nudge = traitlets.Enum(NUDGED, "value").tag(sync=True, state=True)
    """What is nudged: the ``"value"`` at the position, the bias of a hidden unit that is put onto
    its ``"kink"``, or a value beside a ``"tie"`` of `max`."""
    step = traitlets.Float(-1.0).tag(sync=True, state=True)
    """log10 of h, -10 to 1 in halves."""
    tried = traitlets.List(traitlets.Float()).tag(sync=True, state=True)
    """The steps that were tried, the last one last."""

    def __init__(
        self,
        net: nn.Module,
        sample: tuple[Any, ...],
        *,
        blocks: Sequence[str] = ("bottleneck",),
        pixel: tuple[int, int] | None = None,
        of: int = -1,
        classes: _base.Named | None = None,
        **state: Any,
    ) -> None:
        self._check_keywords(state)
        (seen,) = _base.check_samples([sample], labelled=True)
        if not blocks:
            raise ValueError("blocks is empty: a figure needs one block at least")
        modules = {name: _adding(net, name) for name in blocks}
        image, label = seen.image, _base.known(seen.label)
        with evaluating(net):
            maps, gradients, described = _arriving(net, image, label, list(modules), pixel, of)
        named = _base.check_classes(classes, described["classes"])
        self._maps = {name: quantise(x) for name, x in maps.items()}
        self._gradients = {
            name: {kind: _around_zero(g) for kind, g in kinds.items()}
            for name, kinds in gradients.items()
        }
        self._weights = {name: _weights(module) for name, module in modules.items()}
        arrays: dict[str, Tensor | Quantised] = {}
        for name in modules:
            arrays[f"{name}-x"] = self._maps[name]
            arrays |= {f"{name}-g-{kind}": g for kind, g in self._gradients[name].items()}
            arrays |= {f"{name}-{layer}": w for layer, w in self._weights[name].items()}
        manifest: Manifest = {
            "blocks": [{"name": name, "shape": list(maps[name].shape)} for name in modules],
            "title": seen.title,
            "credit": seen.credit,
            "pixel": described["pixel"],
            "names": [named[described["at"]]["name"], named[described["of"]]["name"]],
            "reach": REACH,
            "steps": list(STEPS),
            "beside": BESIDE,
            "terms": ["g", "z", "W2", "relu", "W1", "sigma", "w", "c", "s", *_TERMS],
        }
        first = {"block": next(iter(modules)), **state}
        super().__init__({**manifest, "defaults": {"block": first["block"]}}, arrays, **first)

    @traitlets.validate("block")
    def _check_block(self, proposal: traitlets.Bunch) -> str:
        names = [block["name"] for block in self.manifest["blocks"]]
        if proposal.value not in names:
            raise traitlets.TraitError(
                f"block must be one of {', '.join(names)}, got {proposal.value!r}"
            )
        return proposal.value

    def _shape(self, name: str) -> list[int]:
        return next(b["shape"] for b in self.manifest["blocks"] if b["name"] == name)

    @traitlets.validate("channel")
    def _check_channel(self, proposal: traitlets.Bunch) -> int:
        return _within("channel", proposal.value, 0, self._shape(self.block)[0] - 1)

    @traitlets.validate("position")
    def _check_position(self, proposal: traitlets.Bunch) -> int:
        _, height, width = self._shape(self.block)
        return _within("position", proposal.value, -1, height * width - 1)

    @traitlets.validate("channel_shift", "mask_shift")
    def _check_shift(self, proposal: traitlets.Bunch) -> float:
        return _within(proposal.trait.name, proposal.value, -REACH, REACH)

    @traitlets.validate("step")
    def _check_step(self, proposal: traitlets.Bunch) -> float:
        return _one_of_the_steps("step", proposal.value)

    @traitlets.validate("tried")
    def _check_tried(self, proposal: traitlets.Bunch) -> list[float]:
        if len(set(proposal.value)) < len(proposal.value):
            raise traitlets.TraitError(f"tried names a step twice: {proposal.value}")
        return [_one_of_the_steps("tried", value) for value in proposal.value]

    def evaluate(self, state: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """What the page shows, by autograd in float64, of the present state with ``state`` in it.

        Returns:
            ``paths``: name → (C, H, W), and ``total``, their sum; ``shares``: name → its norm over
            that of the total; ``c`` (C,) and ``s`` (H, W); ``slopes``: the mean of σ′ for
            ``channel`` and ``mask``; ``on``: how many hidden units are; ``position``;
            ``nudges``: step → (difference, formula, relative error).
        """
        now = self._now(state)
        name = now["block"]
        x = self._maps[name].values()
        g = self._gradient(name, now["gradient"])
        weights = {key: value.double() for key, value in self._weights[name].items()}
        shifts = {"channel": now["channel_shift"], "mask": now["mask_shift"]}

        def gates(x: Tensor) -> dict[str, Tensor]:
            return _gates(x, weights, shifts)

        held = gates(x)

        def path(y: Callable[[Tensor], Tensor]) -> Tensor:
            return _gradient_of(lambda x: (y(x) * g).sum(), x)

        paths = {
            "product": path(lambda live: (held["c"] + held["s"]) * live),
            "channel": path(lambda live: gates(live)["c"] * x),
            "mask": path(lambda live: gates(live)["s"] * x),
        }
        total = path(lambda live: (gates(live)["c"] + gates(live)["s"]) * live)
        k = now["channel"]
        strongest = int((g[k] * x[k]).abs().flatten().argmax())
        place = (k, strongest if now["position"] < 0 else now["position"])
        nudges = {}
        if now["tried"]:
            loss, formula = _nudging(now["nudge"], x, g, weights, shifts, place)
            for step in now["tried"]:
                h = 10.0**step
                difference = (loss(h) - loss(-h)) / (2 * h)
                nudges[step] = (difference, formula, _apart(difference, formula))
        c, s = held["c"].flatten(), held["s"]
        return {
            "paths": paths,
            "total": total,
            "shares": {key: (part.norm() / total.norm()).item() for key, part in paths.items()},
            "c": c,
            "s": s,
            "slopes": {
                "channel": (c * (1 - c)).mean().item(),
                "mask": (s * (1 - s)).mean().item(),
            },
            "on": int((held["before"] > 0).sum()),
            "position": place[1],
            "nudges": nudges,
        }

    def _gradient(self, name: str, kind: str) -> Tensor:
        if kind == "ones":
            return torch.ones(self._shape(name), dtype=torch.float64)
        return self._gradients[name][kind].values()

    def quantities(self, state: Mapping[str, Any] | None = None) -> dict[str, float]:
        now, seen = self._now(state), self.evaluate(state)
        error = seen["nudges"][now["tried"][-1]][2] if now["tried"] else 1.0
        return {
            **{f"{name} path (%)": 100 * share for name, share in seen["shares"].items()},
            "mean gate": seen["c"].mean().item(),
            "mean mask": seen["s"].mean().item(),
            "mask moved by": abs(now["mask_shift"]),
            "steps tried": len(now["tried"]),
            "digits that agree": -math.log10(max(error, 1e-16)),
        }

    def _draw(self, figure: "Figure", state: Mapping[str, Any]) -> None:
        now = self.evaluate(state)
        upper, lower = cast("list[Any]", figure.subfigures(2, 1, height_ratios=[1, 1.15]))
        axis = upper.subplots()
        _draw_arrows(axis, now, state)
        tried = sorted(now["nudges"])
        axes = lower.subplots(1, 5 if tried else 4)
        k = state["channel"]
        maps = {**{name: now["paths"][name][k] for name in PATHS}, "sum": now["total"][k]}
        most = max(float(part.abs().max()) for part in maps.values()) or 1.0
        scale = {"cmap": _base.colour_map("difference"), "vmin": -most, "vmax": most}
        for i, (name, part) in enumerate(maps.items()):
            path = STILL["paths"][name]
            title = STILL["map"].format(name=path, k=k + 1) if i else f"{path}, ±{most:.1e}"
            _base.show(axes[i], part, title, **scale)
        if tried:
            errors = [max(now["nudges"][step][2], 1e-16) for step in tried]
            axes[4].plot([10.0**step for step in tried], errors, "o", ms=3, color="black")
            axes[4].set(xscale="log", yscale="log", xlim=(1e-11, 1e2), ylim=(1e-17, 10))
            axes[4].set_title(
                STILL["errors"].format(nudge=STILL["nudges"][state["nudge"]]), fontsize=8
            )
            axes[4].tick_params(labelsize=6)


_TERMS = ("path1", "path2", "path3", "dx")


def _draw_arrows(axis: "Axes", now: Mapping[str, Any], state: Mapping[str, Any]) -> None:
    """The three paths from y back to x, as wide as the logarithm of their shares."""
    chains = {
        "product": "× (c + s)",
        "channel": STILL["channel"].format(on=now["on"]),
        "mask": "w·x → σ → s",
    }
    colours = {"product": "plain-fill", "channel": "channel-fill", "mask": "space-fill"}
    axis.set(xlim=(0, 10), ylim=(-0.5, 2.7))
    axis.set_axis_off()
    axis.set_title(
        STILL["title"].format(block=state["block"]),
        fontsize=8,
    )
    for i, (name, chain) in enumerate(chains.items()):
        share, y = now["shares"][name], 2 - i
        width = 4 * max(0.0, math.log10(max(share, 1e-12)) - LEAST)
        style = {"arrowstyle": "-", "color": _base.COLOURS[colours[name]], "lw": max(width, 0.5)}
        axis.annotate("", (0.7, y), (9.3, y), arrowprops=style)
        axis.text(5, y + 0.36, chain, ha="center", size=8)
        axis.text(9.5, y, f"{share:.2g}", va="center", size=9, weight="bold")
        axis.text(0.6, y, "x ◀", va="center", ha="right", size=9)


def _within(name: str, value: Any, low: float, high: float) -> Any:
    if not low <= value <= high:
        raise traitlets.TraitError(f"{name} must be from {low:g} to {high:g}, got {value}")
    return value


def _one_of_the_steps(name: str, value: float) -> float:
    if value not in STEPS:
        raise traitlets.TraitError(
            f"{name} must be log10 of h, {STEPS[0]:g} to {STEPS[-1]:g} in halves, got {value}"
        )
    return value


def _adding(net: nn.Module, name: str) -> scSE:
    module: scSE = _base.block(net, name, "channel", "spatial")
    if module.combine != "add":
        raise ValueError(f"GradientPaths shows blocks that add; {name!r} joins by {module.combine}")
    return module


def _weights(module: scSE) -> dict[str, Tensor]:
    layers: dict[str, Any] = {
        "fc1": module.channel.fc1,
        "fc2": module.channel.fc2,
        "project": module.spatial.project,
    }
    found = {}
    for name, layer in layers.items():
        found[f"{name}-weight"] = layer.weight.detach().flatten(1).float().cpu()
        found[f"{name}-bias"] = _base.known(layer.bias).detach().float().cpu()
    return found


def _around_zero(g: Tensor) -> Quantised:
    """Rounded to 255 values a plane, 0 among them: many small values must not add up to a bias."""
    g = g.double()
    scale = g.abs().amax((-2, -1)) / 127
    step = torch.where(scale > 0, scale, 1.0)
    codes = (g / step[..., None, None]).round() + 127
    return Quantised(codes.to(torch.uint8), scale, -127 * scale)


def _arriving(
    net: nn.Module,
    image: Tensor,
    label: Tensor,
    names: list[str],
    pixel: tuple[int, int] | None,
    of: int,
) -> tuple[dict[str, Tensor], dict[str, dict[str, Tensor]], dict[str, Any]]:
    """The maps that go into each block, what arrives at its output, and what was looked at."""
    record(net, image[None])  # what cannot be run is refused here, in words
    seen: dict[str, tuple[Tensor, Tensor]] = {}
    found = find_blocks(net)

    def keep(name: str) -> Any:
        def hook(module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
            seen[name] = inputs[0].detach()[0].cpu(), output

        return hook

    hooks = [found[name].register_forward_hook(keep(name)) for name in names]
    try:
        with torch.enable_grad():
            scores = net(image[None].detach().clone().requires_grad_())
    finally:
        for hook in hooks:
            hook.remove()
    count, height, width = scores.shape[1:]
    row, column = pixel or (height // 2, width // 2)
    if not (0 <= row < height and 0 <= column < width):
        raise ValueError(f"pixel must be within {height}×{width}, got {(row, column)}")
    if not -count <= of < count:
        raise ValueError(f"of must be one of {count} classes, got {of}")
    truth = label[None].long().to(scores.device)
    at = int(truth[0, row, column])
    values = {
        "loss": F.cross_entropy(scores, truth) + soft_dice_loss(scores, truth),
        "pixel": scores[0, at, row, column],
        "class": scores[0, of].mean(),
    }
    outputs = [seen[name][1] for name in names]
    gradients: dict[str, dict[str, Tensor]] = {name: {} for name in names}
    for kind, value in values.items():
        for name, g in zip(
            names, torch.autograd.grad(value, outputs, retain_graph=True), strict=True
        ):
            gradients[name][kind] = g[0].detach().cpu()
    maps = {name: seen[name][0] for name in names}
    described = {"pixel": [row, column], "at": at, "of": of % count, "classes": count}
    return maps, gradients, described


def _gates(
    x: Tensor,
    weights: Mapping[str, Tensor],
    shifts: Mapping[str, float],
    kink: tuple[int, Tensor] | None = None,
) -> dict[str, Tensor]:
    """Gates of x (C, H, W); ``kink`` puts one hidden unit's sum to a value."""
    before = weights["fc1-weight"] @ x.mean((1, 2)) + weights["fc1-bias"]
    if kink is not None:
        before = before.index_fill(0, torch.tensor(kink[0]), 0.0)
        before = before + kink[1] * F.one_hot(torch.tensor(kink[0]), len(before))
    logits = weights["fc2-weight"] @ before.relu() + weights["fc2-bias"]
    q = torch.einsum("c,chw->hw", weights["project-weight"][0], x) + weights["project-bias"]
    return {
        "before": before,
        "c": (logits + shifts["channel"]).sigmoid()[:, None, None],
        "s": (q + shifts["mask"]).sigmoid(),
    }


def _gradient_of(value: Callable[[Tensor], Tensor], at: Tensor) -> Tensor:
    live = at.detach().clone().requires_grad_()
    with torch.enable_grad():
        (gradient,) = torch.autograd.grad(value(live), live)
    return gradient


def _nudging(
    what: str,
    x: Tensor,
    g: Tensor,
    weights: Mapping[str, Tensor],
    shifts: Mapping[str, float],
    place: tuple[int, int],
) -> tuple[Callable[[float], float], float]:
    """L as a function of how far the number is moved, and dL of it by autograd."""
    width = x.shape[2]
    k, (row, column) = place[0], divmod(place[1], width)
    open_ = _gates(x, weights, shifts)
    if what == "kink":
        c = open_["c"].flatten()
        reached = weights["fc2-weight"].T @ (c * (1 - c) * (g * x).sum((1, 2)))
        unit = int(reached.abs().argmax())

        def live(t: Tensor) -> Tensor:
            now = _gates(x, weights, shifts, (unit, t))
            return (g * (now["c"] + now["s"]) * x).sum()

    else:
        if what == "tie":
            x = x.clone()
            far = ((open_["s"] - open_["c"][k, 0, 0]) * g[k]).abs().flatten().argmax()
            row, column = divmod(int(far), width)
            x[k, row, column] = BESIDE
        one = torch.zeros_like(x)
        one[k, row, column] = 1

        def live(t: Tensor) -> Tensor:
            moved = x + t * one
            now = _gates(moved, weights, shifts)
            c, s = now["c"], now["s"]
            joined = torch.maximum(c * moved, s * moved) if what == "tie" else (c + s) * moved
            return (g * joined).sum()

    zero = torch.zeros((), dtype=torch.float64)
    formula = _gradient_of(live, zero).item()
    return lambda t: live(zero + t).item(), formula


def _apart(a: float, b: float) -> float:
    """The distance of two numbers, relative to the larger one."""
    return abs(a - b) / (max(abs(a), abs(b)) or 1.0)
