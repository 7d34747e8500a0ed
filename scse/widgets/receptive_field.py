"""ReceptiveField: what one pixel of a stage sees of the image, by its layers and by gradient."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, TypedDict

import torch
import traitlets
from torch import Tensor
from torch.nn import functional as F

from scse import fields
from scse._undisturbed import evaluating
from scse.data import Source
from scse.networks import UNet
from scse.widgets import _base, _words
from scse.widgets._packing import quantise

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

STILL = _words.still("receptive_field")

GATES = ("still", "moving")
PLACES = 5  # rows and columns of pixels that can be picked
CHANNELS = 4  # maps of a stage that are stored: those that vary most
LEVELS = 20  # of a stored gradient
TONES = 32  # of a stored map
DECADES = 4  # of the scale for gradients that come through the gates


class Picture(Source):
    """A sample, as the page reads it."""

    size: list[int]  # H and W
    channels: list[list[int]]  # of each stage, those that are stored


class Stage(TypedDict):
    """One of the network's stages."""

    name: str
    channels: int
    reach: int  # of its convolutions, in its own pixels
    step: int  # pixels of the image, in a line, for one of its own
    cell: int  # pixels of the image, in a line, for one stored gradient


class Manifest(TypedDict):
    """What the page reads, beside the arrays."""

    samples: list[Picture]
    stages: list[Stage]
    places: int
    decades: int
    terms: list[str]  # that the page's figure shows, see book/_ext/terms.py


class ReceptiveField(_base.Widget):
    """Pick a stage and a pixel: what the pixel can see, what it mostly sees, and its maps.

        ReceptiveField(net, [("6 and 0", image)])
        ReceptiveField([net, other], [("a slice", slice), ("6 and 0", image)])

    The pixels that can be picked lie on a grid of five by five over the image.

    Args:
        net: a `UNet`, or a list with one for each sample; all with the same stages.
        samples: a list of (title, image (channels, H, W)), more as `GateLab` takes them; 3 at most.
        picture, stage, place, channel, gates: the first state, see the traits.
        states, name, tour, puzzle: of every figure, see `scse.widgets`.

    Raises:
        TypeError: another network, samples of another form, unknown keywords.
        ValueError: too many samples, networks that do not fit them or each other.
    """

    _esm = _base.MODULES / "receptive_field.js"
    _css = _base.style("receptive_field.css")
    parts: ClassVar[Mapping[str, str]] = _words.parts("receptive_field")
    picture = traitlets.Int(0).tag(sync=True, state=True)
    """Which of the samples is shown."""
    stage = traitlets.Unicode("encoder1").tag(sync=True, state=True)
    """Whose pixel is picked, a name in ``net.stages``."""
    place = traitlets.List(traitlets.Int(), [2, 2]).tag(sync=True, state=True)
    """[row, column] in the grid of five by five, counted from 0."""
    channel = traitlets.Int(0).tag(sync=True, state=True)
    """Which of the four maps of the stage is large; they are sorted, what varies most first."""
    gates = traitlets.Enum(GATES, "still").tag(sync=True, state=True)
    """Whether gradients flow through the gates, or these are held still."""

    def __init__(self, net: UNet | Sequence[UNet], samples: _base.Samples, **state: Any) -> None:
        self._check_keywords(state)
        if isinstance(samples, (list, tuple)):  # each may have a size of its own
            checked = [_base.check_samples([sample])[0] for sample in samples]
        else:
            checked = _base.check_samples(samples)
        nets: list[UNet] = list(net) if isinstance(net, (list, tuple)) else [net] * len(checked)  # type: ignore[list-item]
        if not all(isinstance(one, UNet) for one in nets):
            raise TypeError("net must be a scse.UNet, or a list of them, one for each sample")
        if not 1 <= len(checked) <= 3 or len(nets) != len(checked):
            raise ValueError(
                f"ReceptiveField takes 1 to 3 samples and as many networks, got {len(checked)} "
                f"samples and {len(nets)} networks"
            )
        shape = [(one.stages, fields.reaches(one), one.config["width"]) for one in nets]
        if any(other != shape[0] for other in shape):
            raise ValueError("the networks must have the same stages, of the same width")
        self.samples = checked
        self._stages, reach, _ = shape[0]
        steps = [fields.step(len(reach), i) for i in range(len(reach))]
        arrays: dict[str, Any] = {}
        pictures, sides, outside, stages = [], [], [], []
        for i, (one, sample) in enumerate(zip(nets, checked, strict=True)):
            record = _stored(one, sample.image, reach, steps)
            arrays[f"image-{i}"] = _base.grey(sample.image) & 0xFC  # 64 tones travel lighter
            arrays |= {f"{name}-{i}": array for name, array in record["arrays"].items()}
            sides.append(record["sides"])
            outside.append(record["outside"])
            stages = record["stages"]
            pictures.append(
                Picture(
                    title=sample.title,
                    credit=sample.credit,
                    size=list(sample.image.shape[1:]),
                    channels=record["channels"],
                )
            )
        arrays["sides"] = torch.stack(sides).float()  # (samples, modes, stages, 25)
        arrays["outside"] = torch.stack(outside).float()  # (samples, stages, 25)
        self._arrays = arrays
        manifest: Manifest = {
            "samples": pictures,
            "stages": stages,
            "places": PLACES,
            "decades": DECADES,
            "terms": ["field", "step", "u_k"],
        }
        super().__init__(manifest, arrays, **state)

    @traitlets.validate("picture")
    def _check_picture(self, proposal: traitlets.Bunch) -> int:
        return _base.check_picture(self, proposal)

    @traitlets.validate("stage")
    def _check_stage(self, proposal: traitlets.Bunch) -> str:
        names = [stage["name"] for stage in self.manifest["stages"]]
        if proposal.value not in names:
            raise traitlets.TraitError(
                f"stage must be one of {', '.join(names)}, got {proposal.value!r}"
            )
        return proposal.value

    @traitlets.validate("place")
    def _check_place(self, proposal: traitlets.Bunch) -> list[int]:
        place = proposal.value
        if len(place) != 2 or not all(0 <= at < PLACES for at in place):
            raise traitlets.TraitError(
                f"place must be [row, column] of 0 to {PLACES - 1}, got {place}"
            )
        return place

    @traitlets.validate("channel")
    def _check_channel(self, proposal: traitlets.Bunch) -> int:
        count = len(self.manifest["samples"][0]["channels"][0])
        if not 0 <= proposal.value < count:
            raise traitlets.TraitError(f"channel must be 0 to {count - 1}, got {proposal.value}")
        return proposal.value

    def evaluate(self, **state: Any) -> dict[str, Any]:
        """What the page shows; the present state where nothing is given.

        Returns:
            ``stage`` (counted from 0), ``pixel`` [row, column] in its maps, ``window`` (first and
            last row, first and last column of the image, both counted), ``square`` (the same of
            the effective square; None without a gradient), ``side`` of that, ``share`` and
            ``effective`` (of the picture, inside its border), ``outside`` (share of the squared
            gradient that comes from outside the window of still gates), ``seen`` (H, W) as it is
            drawn, and ``value`` of the map at the pixel.
        """
        now = self._now(state)
        names = [stage["name"] for stage in self.manifest["stages"]]
        i, s = now["picture"], names.index(now["stage"])
        described, (height, width) = (
            self.manifest["stages"][s],
            self.manifest["samples"][i]["size"],
        )
        reach = [stage["reach"] for stage in self.manifest["stages"]]
        step, moving = described["step"], now["gates"] == "moving"
        row, column = (
            places(size)[at] // step for size, at in zip((height, width), now["place"], strict=True)
        )
        number = now["place"][0] * PLACES + now["place"][1]
        rows, columns = (fields.window(reach, s, at) for at in (row, column))
        seen = (
            _coarse(self._arrays[f"wide-{i}"][s, number], (height, width))
            if moving
            else _spread(
                self._arrays[f"field-{s}-{i}"][number],
                described["cell"],
                (rows[0], columns[0]),
                (height, width),
            )
        )
        side = self._arrays["sides"][i, int(moving), s, number].item()
        square = None
        if side == side:  # there is a gradient
            more = (int(side) - step) // 2
            square = [
                end
                for at in (row, column)
                for end in (at * step - more, at * step + step - 1 + more)
            ]
        whole = [0, height - 1, 0, width - 1]
        window = whole if moving else [*rows, *columns]
        return {
            "stage": s,
            "pixel": [row, column],
            "window": window,
            "square": square,
            "side": side,
            "share": _share(window, height, width),
            "effective": _share(square, height, width) if square else float("nan"),
            "outside": self._arrays["outside"][i, s, number].item() if moving else 0.0,
            "seen": seen,
            "value": self._arrays[f"maps-{s}-{i}"].values()[now["channel"]][row, column].item(),
        }

    def quantities(self, state: Mapping[str, Any] | None = None) -> dict[str, float]:
        now = self._now(state)
        seen = self.evaluate(**now)
        top, bottom, left, right = seen["window"]
        return {
            "stage": seen["stage"] + 1,
            "height of the square": bottom - top + 1,
            "width of the square": right - left + 1,
            "share of the picture, in %": 100 * seen["share"],
            "side of the effective square": seen["side"],
            "effective share, in %": 100 * seen["effective"],
            "gates moving": int(now["gates"] == "moving"),
        }

    def _draw(self, figure: "Figure", state: Mapping[str, Any]) -> None:
        seen, i = self.evaluate(**state), state["picture"]
        axes = figure.subplots(1, 3)
        s, step = seen["stage"], self.manifest["stages"][seen["stage"]]["step"]
        height, width = self.manifest["samples"][i]["size"]
        theory = STILL["theory"].format(window=_size(seen["window"]), share=100 * seen["share"])
        effective = (
            STILL["effective"].format(side=seen["side"]) if seen["square"] else STILL["none"]
        )
        number = self.manifest["samples"][i]["channels"][s][state["channel"]]
        _base.show(axes[0], self._arrays[f"image-{i}"], theory, cmap="gray")
        scale = {"cmap": _base.colour_map("feature")}
        _base.show(
            axes[1],
            seen["seen"],
            STILL["gradient"].format(gates=STILL["gates"][state["gates"]], effective=effective),
            **scale,
        )
        map_ = self._arrays[f"maps-{s}-{i}"].values()[state["channel"]]
        large = map_.repeat_interleave(step, 0).repeat_interleave(step, 1)
        _base.show(
            axes[2],
            large,
            STILL["channel"].format(stage=state["stage"], number=number + 1),
            **scale,
        )
        row, column = (at * step for at in seen["pixel"])
        for axis in axes:
            _frame(axis, seen["window"], "white", "-")
            if seen["square"]:
                _frame(axis, seen["square"], "white", ":")
            _frame(
                axis, [row, row + step - 1, column, column + step - 1], _base.COLOURS["picked"], "-"
            )
            axis.set(xlim=(-0.5, width - 0.5), ylim=(height - 0.5, -0.5))


def places(size: int) -> list[int]:
    """The rows, or columns, of an image whose pixels can be picked."""
    return [int((i + 0.5) * size / PLACES) for i in range(PLACES)]


def _stored(net: UNet, image: Tensor, reach: list[int], steps: list[int]) -> dict[str, Any]:
    """What the page needs of one image: maps, gradients, and what is measured of them."""
    height, width = image.shape[1:]
    cell = max(steps)
    count = min(CHANNELS, net.config["width"])  # the same in all stages
    rows, columns = places(height), places(width)
    picked = [(row, column) for row in rows for column in columns]
    stages: list[Stage] = []
    arrays: dict[str, Any] = {}
    channels, wide = [], []
    sides = torch.full((2, len(steps), len(picked)), torch.nan)
    outside = torch.zeros(len(steps), len(picked))
    with evaluating(net):
        maps = fields.maps(net, image[None])
        for s, (name, step) in enumerate(zip(net.stages, steps, strict=True)):
            pixels = [(row // step, column // step) for row, column in picked]
            still, moving = (
                fields.energy(net, image[None], name, pixels, still=still)
                for still in (True, False)
            )
            windows = [
                [*fields.window(reach, s, row), *fields.window(reach, s, column)]
                for row, column in pixels
            ]
            for n, (pixel, window) in enumerate(zip(pixels, windows, strict=True)):
                corner = pixel[0] * step, pixel[1] * step
                for mode, energy in enumerate((still[n], moving[n])):
                    if energy.sum() > 0:
                        sides[mode, s, n] = fields.side(energy, corner, step)
                if (total := moving[n].sum()) > 0:
                    top, left = max(0, window[0]), max(0, window[2])
                    inside = moving[n, top : window[1] + 1, left : window[3] + 1].sum()
                    outside[s, n] = ((total - inside) / total).clamp_min(0)
            longest = max(max(w[1] - w[0], w[3] - w[2]) + 1 for w in windows)
            fine = 1 if longest <= 16 else 2
            framed = [
                _framed(energy, window[0], window[2], fine * -(-longest // fine), fine)
                for energy, window in zip(still, windows, strict=True)
            ]
            arrays[f"field-{s}"] = torch.stack(framed)
            wide.append(torch.stack([_logarithmic(energy, cell) for energy in moving]))
            of = maps[name][0]
            varied = of.flatten(1).std(1).argsort(descending=True)[:count].sort()[0]
            arrays[f"maps-{s}"] = quantise(of[varied], TONES)
            channels.append(varied.tolist())
            stages.append(Stage(name=name, channels=len(of), reach=reach[s], step=step, cell=fine))
    arrays["wide"] = torch.stack(wide)  # (stages, 25, H / cell, W / cell)
    return {
        "arrays": arrays,
        "channels": channels,
        "sides": sides,
        "outside": outside,
        "stages": stages,
    }


def _framed(energy: Tensor, top: int, left: int, length: int, cell: int) -> Tensor:
    """The gradient in a square of the image that may reach beyond its border, in cells, of its
    largest; uint8."""
    height, width = energy.shape
    beyond = [max(0, -left), max(0, left + length - width)]
    beyond += [max(0, -top), max(0, top + length - height)]
    top, left = top + beyond[2], left + beyond[0]
    square = F.pad(energy, beyond)[top : top + length, left : left + length]
    size = F.avg_pool2d(square[None], cell)[0].sqrt()
    return (LEVELS * size / size.max().clamp_min(1e-30)).round().byte()


def _logarithmic(energy: Tensor, cell: int) -> Tensor:
    """The gradient of the whole image, in cells, on a logarithmic scale; uint8."""
    size = F.avg_pool2d(energy[None], cell)[0].sqrt()
    size = size / size.max().clamp_min(1e-30)
    return (LEVELS * (1 + size.log10() / DECADES).clamp(0, 1)).round().byte()


def _spread(codes: Tensor, cell: int, corner: tuple[int, int], size: tuple[int, int]) -> Tensor:
    """The square roots of stored cells on the grid of the image, 0 … 1."""
    fine = codes.repeat_interleave(cell, 0).repeat_interleave(cell, 1).double()
    fine = (fine / LEVELS).sqrt()
    whole = torch.zeros(size, dtype=torch.float64)
    (top, left), (height, width), length = corner, size, len(fine)
    rows = slice(max(0, top), max(0, min(height, top + length)))
    columns = slice(max(0, left), max(0, min(width, left + length)))
    whole[rows, columns] = fine[
        rows.start - top : rows.stop - top, columns.start - left : columns.stop - left
    ]
    return whole


def _coarse(codes: Tensor, size: tuple[int, int]) -> Tensor:
    cell = size[0] // len(codes)
    return codes.repeat_interleave(cell, 0).repeat_interleave(cell, 1).double() / LEVELS


def _share(square: Sequence[int], height: int, width: int) -> float:
    """Of the picture, what lies in a square, without what is beyond the border."""
    top, bottom, left, right = square
    rows = min(bottom, height - 1) - max(top, 0) + 1
    columns = min(right, width - 1) - max(left, 0) + 1
    return rows * columns / (height * width)


def _size(square: Sequence[int]) -> str:
    top, bottom, left, right = square
    return f"{bottom - top + 1}×{right - left + 1}"


def _frame(axis: "Axes", square: Sequence[int], colour: str, style: str) -> None:
    top, bottom, left, right = square
    x, y = [left - 0.5, right + 0.5], [top - 0.5, bottom + 0.5]
    axis.plot(
        [x[0], x[1], x[1], x[0], x[0]],
        [y[0], y[0], y[1], y[1], y[0]],
        style,
        color=colour,
        linewidth=1,
    )
