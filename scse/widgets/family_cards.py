"""FamilyCards: two relatives of scSE side by side on the same maps, with what each one gates."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, TypedDict

import torch
import traitlets
from torch import Tensor, nn

from scse import family
from scse.blocks import cSE, scSE, sSE
from scse.family import FAMILY
from scse.widgets import _base, _words
from scse.widgets._packing import quantise

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STILL = _words.still("family_cards")

INPUTS: dict[str, str] = STILL["inputs"]
WEIGHTS: dict[str, str] = STILL["weights"]
DEPENDS: dict[str, str] = _words.group("family_cards", "dependsOn")
SIDES = ("left", "right")
MOST_CHANNELS = 16
SPREAD = 0.15  # standard deviation of the factors with drawn weights
RANK = 1e-6  # what is left of a row, over the largest of all, that does not count
CARD = 64, 128  # channels and pixels a side, for the costs on a card


class Weighted(TypedDict):
    """The layers of a member, batch norms folded into them; a kernel is one row."""

    drawn: dict[str, _base.Linear]
    start: dict[str, _base.Linear]


class Card(TypedDict):
    name: str
    title: str
    squeezes: str
    gates: str
    joins: str
    starts: str
    parameters: int
    macs: int
    layers: Weighted


class Manifest(TypedDict):
    """What the page reads, beside the arrays."""

    title: str  # of the input image
    block: str
    shape: list[int]  # (C, H, W) of the maps
    members: list[Card]
    inputs: dict[str, str]  # what each is called
    weights: dict[str, str]
    terms: list[str]  # that the page's figure shows, see book/_ext/terms.py


class FamilyCards(_base.Widget):
    """Two members of `scse.family` on the maps of one block: their factors, outputs and cards.

        FamilyCards(net, ("two digits", image), block="encoder2", left="cse", right="sse")

    The members are untrained. ``"drawn"`` weights are random ones, large enough for the factors to
    have a standard deviation of 0.15; ``"start"`` is their initialisation. Where the reduction
    ratio is 16, here it is a quarter of the channels: as many hidden units as 16 leaves of 64.

    Args:
        net: a network with blocks that `find_blocks` finds.
        sample: (title, image (channels, H, W)).
        block: whose maps; it may have 16 channels at most.
        left, right, channel, input, weights: the first state, see the traits.
        states, name, tour, puzzle: of every figure, see `scse.widgets`.

    Raises:
        TypeError: a sample of another form, unknown keywords.
        ValueError: unknown block, or one with too many channels.
    """

    _esm = _base.MODULES / "family_cards.js"
    _css = _base.style("family_cards.css")
    parts: ClassVar[Mapping[str, str]] = _words.parts("family_cards")
    left = traitlets.Enum(tuple(FAMILY), "cse").tag(sync=True, state=True)
    """The member at the left, a name in `scse.family.FAMILY`."""
    right = traitlets.Enum(tuple(FAMILY), "sse").tag(sync=True, state=True)
    """The member at the right."""
    channel = traitlets.Int(0).tag(sync=True, state=True)
    """Whose map is shown large, from 0."""
    input = traitlets.Enum(tuple(INPUTS), "own").tag(sync=True, state=True)
    """What goes in: the block's ``"own"`` maps; ``"shuffled"``, all in the same way; or what is
    left of each by its row and column means, ``"projections"``, or by its mean, ``"means"``."""
    weights = traitlets.Enum(tuple(WEIGHTS), "drawn").tag(sync=True, state=True)
    """``"drawn"`` or ``"start"``."""

    def __init__(
        self, net: nn.Module, sample: tuple[Any, ...], *, block: str = "encoder2", **state: Any
    ) -> None:
        self._check_keywords(state)
        _base.block(net, block)
        (checked,) = _base.check_samples([sample])
        maps = _base.known(_base.run(net, checked.image)[block].input)[0]
        if maps.shape[0] > MOST_CHANNELS:
            raise ValueError(
                f"FamilyCards carries {MOST_CHANNELS} channels at most, "
                f"block {block!r} has {maps.shape[0]}"
            )
        self._maps = quantise(maps)
        with torch.random.fork_rng(devices=[]):
            self._blocks = {kind: _blocks(self._maps.values(), kind) for kind in WEIGHTS}
            cards = [self._card(name) for name in FAMILY]
        manifest: Manifest = {
            "title": checked.title,
            "block": block,
            "shape": list(maps.shape),
            "members": cards,
            "inputs": dict(INPUTS),
            "weights": dict(WEIGHTS),
            "terms": ["u_k", "F", "out"],
        }
        super().__init__(manifest, {"maps": self._maps}, **state)

    def _card(self, name: str) -> Card:
        member, (channels, side) = FAMILY[name], CARD
        whole = member.build(channels)
        return {
            "name": name,
            "title": _words.name(member.title),
            "squeezes": _words.name(member.squeezes),
            "gates": _words.name(member.gates),
            "joins": _words.name(member.joins),
            "starts": _words.name(member.starts),
            "parameters": sum(p.numel() for p in whole.parameters()),
            "macs": family.macs(whole, torch.zeros(1, channels, side, side)),
            "layers": {
                "drawn": _layers(self._blocks["drawn"][name]),
                "start": _layers(self._blocks["start"][name]),
            },
        }

    @traitlets.validate("channel")
    def _check_channel(self, proposal: traitlets.Bunch) -> int:
        return _base.check_channel(self, proposal)

    def evaluate(self, state: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """What the page shows, in float64, of the present state with ``state`` in place of it.

        Returns:
            ``u`` (H, W), the map that goes in, and for ``"left"`` and ``"right"`` each a dict:
            ``field`` (C, H, W); ``shares``, of its variance: what the mean of each channel
            explains, the mean of each position, and the rest; ``rank`` of it as a C×S matrix;
            ``moved``, the largest difference from the field of the own maps; ``out`` (H, W).
        """
        now = self._now(state)
        own = self._maps.values()
        maps = changed(own, now["input"])
        sides = {}
        for side in SIDES:
            block = self._blocks[now["weights"]][now[side]]
            field = family.field(block, maps[None])[0]
            adds = isinstance(block, family.GCNet)
            out = maps + field if adds else maps * field
            sides[side] = {
                "field": field,
                "shares": shares(field),
                "rank": rank(field),
                "moved": (field - family.field(block, own[None])[0]).abs().max().item(),
                "out": out[now["channel"]],
            }
        return {"u": maps[now["channel"]], **sides}

    def quantities(self, state: Mapping[str, Any] | None = None) -> dict[str, float]:
        seen = self.evaluate(state)
        found: dict[str, float] = {}
        for side in SIDES:
            by = dict(zip(DEPENDS, seen[side]["shares"], strict=True))
            found |= {f"{side}: by {name}, in %": 100 * share for name, share in by.items()}
            found[f"{side}: rank"] = seen[side]["rank"]
            found[f"{side}: moved"] = seen[side]["moved"]
        return found

    def _draw(self, figure: "Figure", state: Mapping[str, Any]) -> None:
        seen, k = self.evaluate(state), state["channel"]
        cards = {card["name"]: card for card in self.manifest["members"]}
        axes = figure.subplots(2, 4, width_ratios=[1.5, 1, 1, 1])
        top = max(float(seen[side]["out"].max()) for side in SIDES)
        top = max(top, float(seen["u"].max()))
        low = min(0.0, *(float(seen[side]["out"].min()) for side in SIDES))
        scale = {"cmap": _base.colour_map("feature"), "vmin": low, "vmax": top}
        for row, side in zip(axes, SIDES, strict=True):
            card, now = cards[state[side]], seen[side]
            middle, reach = ends(card["name"], now["field"])
            gate = {
                "cmap": _base.colour_map("difference"),
                "vmin": middle - reach,
                "vmax": middle + reach,
            }
            row[0].set_axis_off()
            percent = " · ".join(
                f"{name} {100 * share:.0f} %"
                for name, share in zip(DEPENDS.values(), now["shares"], strict=True)
            )
            lines = (
                card["title"],
                STILL["squeezes"].format(squeezes=card["squeezes"]),
                STILL["gates"].format(gates=card["gates"]),
                STILL["joins"].format(joins=card["joins"], starts=card["starts"]),
                STILL["shares"].format(percent=percent, rank=now["rank"]),
            )
            row[0].text(0, 0.5, "\n".join(lines), fontsize=6.8, va="center", wrap=True)
            what = STILL["addend"] if card["name"] == "gc" else STILL["factor"]
            _base.show(row[1], montage(now["field"]), STILL["all"].format(what=what), **gate)
            _base.show(row[2], now["field"][k], STILL["one"].format(what=what, k=k + 1), **gate)
            _base.show(row[3], now["out"], STILL["output"].format(k=k + 1), **scale)


def _blocks(maps: Tensor, weights: str) -> dict[str, nn.Module]:
    """All members for these maps (C, H, W), in float64, with weights of four digits."""
    channels = maps.shape[0]
    built = {}
    for name, member in FAMILY.items():
        ratio = max(1, channels // 4) if member.r == 16 else None
        gain, seed = 1.0, 0
        while True:
            torch.manual_seed(seed)
            block = member.build(channels, ratio).double().eval()
            if weights == "drawn":
                _enlarge(block, gain)
            _shorten(block)
            fixed = weights == "start" or not any(True for _ in block.parameters())
            if fixed or family.field(block, maps[None]).std() >= SPREAD:
                break
            # All hidden units are off: larger weights will not help, others will.
            gain, seed = (2 * gain, seed) if gain < 256 else (1.0, seed + 1)
        built[name] = block
    return built


@torch.no_grad()
def _enlarge(block: nn.Module, gain: float) -> None:
    for part in block.modules():
        for name, weight in part.named_parameters(recurse=False):
            if isinstance(part, (nn.BatchNorm2d, nn.LayerNorm)):
                continue
            fan_in = weight[0].numel()
            drawn = torch.randn_like(weight) * gain / math.sqrt(fan_in)
            weight.copy_(torch.zeros_like(weight) if name == "bias" else drawn)


@torch.no_grad()
def _shorten(block: nn.Module) -> None:
    """Four digits of each weight, to be carried as text."""
    for weight in block.parameters():
        digits = [float(f"{value:.4g}") for value in weight.flatten().tolist()]
        weight.copy_(torch.tensor(digits, dtype=weight.dtype).reshape(weight.shape))


def _linear(layer: Any, norm: Any = None) -> _base.Linear:
    """A layer, a batch norm in evaluation folded into it; a kernel is one row."""
    weight = layer.weight.detach().flatten(1)
    bias = layer.bias.detach() if layer.bias is not None else torch.zeros(len(weight)).double()
    if norm is not None:
        scale = norm.weight.detach() / (norm.running_var + norm.eps).sqrt()
        weight = weight * scale[:, None]
        bias = (bias - norm.running_mean) * scale + norm.bias.detach()
    return {"weight": weight.tolist(), "bias": bias.tolist()}


def _layers(block: Any) -> dict[str, _base.Linear]:
    """By the names that js/src/figures/family_cards/members.js has."""
    layers: dict[str, _base.Linear] = {}
    if isinstance(block, (cSE, scSE, sSE)):
        if not isinstance(block, sSE):
            layers |= {"fc1": _linear(block.channel.fc1), "fc2": _linear(block.channel.fc2)}
        if not isinstance(block, cSE):
            layers["project"] = _linear(block.spatial.project)
        return layers
    if isinstance(block, family.ProjectExcite):
        return {"fc1": _linear(block.fc1), "fc2": _linear(block.fc2)}
    if isinstance(block, family.BAM):
        down, norm, _, up = block.channel
        steps = list(block.space)
        return {
            "fc1": _linear(down, norm),
            "fc2": _linear(up),
            **{f"space{i + 1}": _linear(steps[3 * i], steps[3 * i + 1]) for i in range(3)},
            "last": _linear(steps[9]),
        }
    if isinstance(block, family.CBAM):
        layers = {"fc1": _linear(block.fc1), "fc2": _linear(block.fc2)}
        return {**layers, "conv": _linear(block.conv, block.bn)}
    if isinstance(block, family.ECA):
        return {"conv": _linear(block.conv)}
    if isinstance(block, family.SRM):
        style = nn.Linear(2, block.channels, bias=False).double()
        style.weight = block.style
        return {"style": _linear(style, block.bn)}
    if isinstance(block, family.GCNet):
        scale, shift = block.norm.weight.tolist(), block.norm.bias.tolist()
        layers = {name: _linear(getattr(block, name)) for name in ("attend", "fc1", "fc2")}
        return {**layers, "norm": {"weight": [scale], "bias": shift}}
    if isinstance(block, family.CoordinateAttention):
        rows, columns = _linear(block.rows), _linear(block.columns)
        return {"fc1": _linear(block.fc1, block.bn), "rows": rows, "columns": columns}
    return {}  # without parameters


def shuffled(size: int) -> list[int]:
    """An order of ``size`` positions, the same in the page: by a small generator of its own."""
    order, state = list(range(size)), 1
    for i in range(size - 1, 0, -1):
        state = (1664525 * state + 1013904223) % 2**32
        j = state * (i + 1) // 2**32
        order[i], order[j] = order[j], order[i]
    return order


def changed(maps: Tensor, how: str) -> Tensor:
    """The maps (C, H, W) that go in, by a name in `INPUTS`."""
    mean = maps.mean((1, 2), keepdim=True)
    if how == "shuffled":
        flat = maps.flatten(1)
        return flat[:, shuffled(flat.shape[1])].reshape(maps.shape)
    if how == "projections":
        return maps.mean(1, keepdim=True) + maps.mean(2, keepdim=True) - mean
    return mean.expand_as(maps) if how == "means" else maps


def shares(field: Tensor) -> list[float]:
    """Of the variance of (C, H, W): by channel, by place, by both. Of a constant 0, 0 and 0."""
    flat = field.flatten(1)
    mean = flat.mean()
    total = (flat - mean).square().mean().item()
    if total < 1e-20:
        return [0.0, 0.0, 0.0]
    channel = (flat.mean(1) - mean).square().mean().item() / total
    place = (flat.mean(0) - mean).square().mean().item() / total
    return [channel, place, max(0.0, 1 - channel - place)]


def rank(field: Tensor) -> int:
    """Of (C, H, W) as a C×S matrix: rows are taken away, the longest first, while any is left."""
    rows = field.flatten(1).clone()
    first = rows.norm(dim=1).max()
    for found in range(len(rows)):
        lengths = rows.norm(dim=1)
        longest = int(lengths.argmax())
        if not lengths[longest] > RANK * first:
            return found
        unit = rows[longest] / lengths[longest]
        rows = rows - (rows @ unit)[:, None] * unit
    return len(rows)


def ends(name: str, field: Tensor) -> tuple[float, float]:
    """Middle and reach of the colours: 1 leaves a value as it is, and so does an addend of 0."""
    return (0.0, max(0.05, field.abs().max().item())) if name == "gc" else (1.0, 1.0)


def montage(field: Tensor) -> Tensor:
    """(C, H, W) as one picture of tiles, four in a row, with nothing between and after them."""
    channels, height, width = field.shape
    rows = -(-channels // 4)
    sheet = torch.full((rows * (height + 1) - 1, 4 * (width + 1) - 1), float("nan")).double()
    for k in range(channels):
        top, left = k // 4 * (height + 1), k % 4 * (width + 1)
        sheet[top : top + height, left : left + width] = field[k]
    return sheet
