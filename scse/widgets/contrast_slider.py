"""ContrastSlider: the contrast of a slice turned slowly, with its gates, or with frozen ones."""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, ClassVar, TypedDict

import torch
import traitlets
from torch import Tensor, nn

from scse.widgets import _base, _contrast, _twin, _words
from scse.widgets._packing import Quantised, quantise

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STILL = _words.still("contrast_slider")

GATES = ("own", "first", "last")
TWELFTHS = tuple(k / 12 for k in range(13))  # from 0 to 1


class Manifest(TypedDict):
    """What the page reads, beside the arrays."""

    networks: list[str]
    titles: dict[str, str]  # what each is called
    values: list[float]  # the contrasts
    ends: list[str]  # what the first and the last contrast are called
    classes: list[_base.Class]
    block: str
    shape: list[int]  # (H, W)
    channels: int
    orders: list[list[int]]  # of each network's channels
    weights: list[list[float]]  # of each picture's sum of maps


class ContrastSlider(_base.Widget):
    """Slide the contrast: picture, segmentation, Dice, and every channel gate on the way.

    The gates can also be frozen at those of the first or last contrast. Nothing is computed in
    the page: torch ran each network at each contrast, with `scse.override` for frozen gates.

        ContrastSlider(
            {"seed 0": net},
            render=lambda contrast: brain.example(72, inverted=contrast)[0][0],
            label=label,
            classes=classes,
        )

    Args:
        nets: ``{name: network}``, networks with `cSE` or `scSE` blocks and class scores as output.
        render: a function from a contrast to an image (channels, H, W).
        label: class numbers (H, W), those of every contrast.
        classes: ``[(name, "#rrggbb"), …]``, background first; made up if not given.
        values: the contrasts, at least two growing numbers.
        ends: what to call the first and the last contrast.
        block: whose channel gates are shown and frozen.
        network, contrast, gates: the first state, see the traits.
        states, name, tour, puzzle: of every figure, see `scse.widgets`.

    Raises:
        TypeError: networks that are no dict, a ``render`` that cannot be called or returns no
            tensor, values that are no numbers, unknown keywords.
        ValueError: shapes that do not fit, an unknown block or one without a channel gate, too
            few contrasts, networks of different numbers of channels or classes.
    """

    _esm = _base.MODULES / "contrast_slider.js"
    _css = _base.style("contrast_slider.css")
    parts: ClassVar[Mapping[str, str]] = _words.parts("contrast_slider")
    network = traitlets.Unicode().tag(sync=True, state=True)
    """The name of the network that is shown."""
    contrast = traitlets.Int(0).tag(sync=True, state=True)
    """Index of the contrast in ``values``."""
    gates = traitlets.Enum(GATES, "own").tag(sync=True, state=True)
    """``"own"``, or the gates of the ``"first"`` or ``"last"`` contrast at all of them."""

    def __init__(
        self,
        nets: Mapping[str, nn.Module],
        render: Callable[[float], Tensor],
        label: Tensor,
        *,
        classes: _base.Named | None = None,
        values: Sequence[float] = TWELFTHS,
        ends: Sequence[str] = ("bright", "dark"),
        block: str = "bottleneck",
        **state: Any,
    ) -> None:
        self._check_keywords(state)
        _check_nets(nets)
        for net in nets.values():
            _base.block(net, block, "channel")
        if not callable(render):
            raise TypeError(f"render must be a function, got {type(render).__name__}")
        values = _check_values(values)
        images = _rendered(render, values)
        _base.check_label(label, images[0])

        segmented, gates, counts = [], [], {}
        for name, net in nets.items():
            own = _contrast.run_with(net, images, block)
            frozen = [_contrast.run_with(net, images, block, own.gates[k]).maps for k in (0, -1)]
            segmented.append(torch.stack([own.maps, *frozen]))
            gates.append(own.gates)
            counts[name] = (own.gates.shape[1], own.classes)
        if len(set(counts.values())) > 1:
            raise ValueError(
                f"the networks must have the same (channels in {block!r}, classes), got {counts}"
            )
        maps = torch.stack(segmented)  # (networks, 3, contrasts, H, W)
        rows, columns = _contrast.crop(label, maps)
        self._maps = maps[..., rows, columns]
        self._gates = torch.stack(gates)  # (networks, contrasts, C)
        self._label = label[rows, columns].byte()
        self._pictures, basis, weights = _pictures(images, rows, columns)
        self._names = list(nets)
        manifest: Manifest = {
            "networks": self._names,
            "titles": {name: _words.name(name) for name in self._names},
            "values": values,
            "ends": [_words.name(end) for end in _contrast.check_names(ends, "ends")],
            "classes": _base.check_classes(classes, own.classes),
            "block": block,
            "shape": list(self._label.shape),
            "channels": self._gates.shape[2],
            "orders": [_contrast.order(each[0], each[-1]) for each in self._gates],
            "weights": weights.tolist(),
        }
        arrays: _base.Arrays = {
            "basis": basis,
            "label": self._label[None],
            "own": self._maps[:, 0],
            # Mostly zeros, which pack well
            "frozen": self._maps[:, 1:] ^ self._maps[:, :1],
            "gates": self._gates,
        }
        super().__init__(manifest, arrays, **{"network": self._names[0], **state})

    @traitlets.validate("network")
    def _check_network(self, proposal: traitlets.Bunch) -> str:
        self._network(proposal.value)
        return proposal.value

    @traitlets.validate("contrast")
    def _check_contrast(self, proposal: traitlets.Bunch) -> int:
        count = len(self.manifest["values"])
        if not 0 <= proposal.value < count:
            raise traitlets.TraitError(f"contrast must be 0 to {count - 1}, got {proposal.value}")
        return proposal.value

    def _network(self, name: str) -> int:
        if name not in self._names:
            known = ", ".join(map(repr, self._names))
            raise traitlets.TraitError(f"network must be one of {known}, got {name!r}")
        return self._names.index(name)

    def evaluate(
        self,
        network: str | None = None,
        contrast: int | None = None,
        gates: str | None = None,
    ) -> dict[str, Any]:
        """What the page shows, in float64; the present state where nothing is given.

        Returns:
            ``gates`` (contrasts, C) as used, ``segmentation`` (rows, columns) without empty
            margins, ``dice`` and ``dice_of`` (classes,) at this contrast, and ``curves``: the
            Dice at every contrast with ``"own"``, ``"first"`` and ``"last"`` gates.
        """
        n = self._network(self.network if network is None else network)
        contrast = self.contrast if contrast is None else contrast
        g = GATES.index(self.gates if gates is None else gates)
        count = len(self.manifest["classes"])
        maps = self._maps[n].long()
        used = self._gates[n].double()
        if g:
            used = used[-1 if g == 2 else 0].expand_as(used)
        return {
            "gates": used,
            "segmentation": maps[g, contrast],
            "curves": {
                name: [_twin.scores(each, self._label, count)["dice"] for each in row]
                for name, row in zip(GATES, maps, strict=True)
            },
            **_twin.scores(maps[g, contrast], self._label, count),
        }

    def quantities(self, state: Mapping[str, Any] | None = None) -> dict[str, float]:
        now = self._now(state)
        seen = self.evaluate(now["network"], now["contrast"], now["gates"])
        return {"contrast": self.manifest["values"][now["contrast"]], "Dice": seen["dice"]}

    def _draw(self, figure: "Figure", state: Mapping[str, Any]) -> None:
        known: Manifest = self.manifest
        n, at, how = self._network(state["network"]), state["contrast"], state["gates"]
        # Beside the first state another one is shown.
        rows = (0, len(known["values"]) // 2) if at == 0 else (0, at)
        now = self.evaluate(state["network"], at, how)
        axes = figure.subplots(2, 3, width_ratios=[1, 1, 2.4])
        for row, k in enumerate(rows):
            segmentation = self._maps[n, GATES.index(how), k]
            score = now["curves"][how][k]
            title = STILL["contrast"].format(values=known["values"][k])
            _base.show(axes[row, 0], self._pictures[k], title, cmap="gray")
            _base.show_classes(
                axes[row, 1], segmentation, known["classes"], STILL["dice"].format(score=score)
            )
        for name, style in zip(GATES, ("-", "--", ":"), strict=True):
            end = known["ends"][GATES.index(name) - 1]  # neither for their own
            label = STILL["own"] if name == "own" else STILL["end"].format(end=end)
            axes[0, 2].plot(known["values"], now["curves"][name], style, label=label)
        axes[0, 2].set(ylabel="Dice", ylim=(0, 1))
        axes[0, 2].legend(fontsize=7)
        axes[1, 2].plot(
            known["values"],
            now["gates"].numpy(),
            color=_base.COLOURS["channel"],
            lw=0.7,
            alpha=0.6,
        )
        axes[1, 2].set(ylabel=STILL["gate"], ylim=(0, 1), xlabel=" → ".join(known["ends"]))


def _check_nets(nets: Any) -> None:
    if not isinstance(nets, Mapping):
        raise TypeError(f"nets must be a dict of name to network, got {type(nets).__name__}")
    if not nets:
        raise ValueError("nets is empty: a figure needs one network at least")
    for name in nets:
        if not isinstance(name, str):
            raise TypeError(f"the names of nets must be strings, got {name!r}")


def _check_values(values: Any) -> list[float]:
    try:
        numbers = [float(value) for value in values]
    except (TypeError, ValueError):
        raise TypeError(f"values must be a list of numbers, got {values!r}") from None
    if len(numbers) < 2 or not all(a < b for a, b in pairwise(numbers)):
        raise ValueError(f"values must be at least two growing numbers, got {numbers}")
    return numbers


def _rendered(render: Callable[[float], Any], values: Sequence[float]) -> Tensor:
    images = [render(value) for value in values]
    for image in images:
        if not isinstance(image, Tensor):
            raise TypeError(f"render must return a tensor, got {type(image).__name__}")
        _base.check_image(image)
    shapes = {tuple(image.shape) for image in images}
    if len(shapes) > 1:
        raise ValueError(f"render must return images of one shape, got {sorted(shapes)}")
    return torch.stack(images)


def _pictures(
    images: Tensor, rows: slice, columns: slice, tolerance: float = 2.0
) -> tuple[Tensor, Quantised, Tensor]:
    """Cropped grey pictures (N, H, W), and the few maps of which each is a weighted sum.

    Contrasts of one slice differ in a few ways only, so two or three maps and N weights for each
    hold N noisy pictures, to within ``tolerance`` of 255 grey levels before rounding.

    Returns:
        The pictures 0 … 255, the maps quantised (K, H, W), and the weights (N, K).
    """
    first = images[:, 0].detach().cpu().double()
    ends = torch.quantile(first.flatten(1), torch.tensor([0.005, 0.995]).double(), dim=1)
    low, high = ends[:, :, None, None]
    grey = ((first - low) / (high - low).clamp_min(1e-12) * 255)[:, rows, columns]
    u, s, v = torch.linalg.svd(grey.flatten(1), full_matrices=False)
    for rank in range(1, len(s) + 1):
        weights = u[:, :rank] * s[:rank]
        if (weights @ v[:rank] - grey.flatten(1)).abs().max() <= tolerance:
            break
    return grey.clamp(0, 255), quantise(v[:rank].unflatten(1, grey.shape[1:])), weights
