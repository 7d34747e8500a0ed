"""What every widget shares: data for the page, a picture for paper, and clear errors."""

import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict, TypeVar

import anywidget
import torch
import traitlets
from torch import Tensor, nn

from scse import edits
from scse.blocks import Pointwise
from scse.recording import Record, find_blocks, record
from scse.widgets._packing import Quantised, pack

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage

STATIC = Path(__file__).parent / "static"
COMMON_STYLE = (STATIC / "widgets.css").read_text(encoding="utf-8")
_colours = json.loads((STATIC / "colours.json").read_text(encoding="utf-8"))
SCALES = _colours["scales"]
# By name, as on paper: where the page has another one in the dark, that of the light.
COLOURS = {name: c if isinstance(c, str) else c["light"] for name, c in _colours["named"].items()}


def css_colour(name: str) -> str:
    """A named colour as a page writes it, for light and dark."""
    colour = _colours["named"][name]
    return colour if isinstance(colour, str) else f"light-dark({colour['light']}, {colour['dark']})"


def style(name: str) -> str:
    """The common style sheet, and behind it a widget's own.

    The book stores the two apart, so that a page has the common one once.
    """
    return COMMON_STYLE + (STATIC / name).read_text(encoding="utf-8")


# For classes that were given no colours (Okabe & Ito, legible to most kinds of colour vision).
CLASS_COLOURS = (
    *("#16181d", "#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2"),
    *("#d55e00", "#cc79a7", "#999999", "#882255", "#44aa99"),
)

MOST_VALUES = 1_000_000  # that a quantile is taken of; torch refuses 16 million


class Class(TypedDict):
    name: str
    colour: str  # "#rrggbb"


class Block(edits.Site):
    """What must be known of a block to edit its gates, and to draw what they do."""

    rule: str  # by which it applies them, a name of `scse.rules.RULES`


class Linear(TypedDict):
    """A linear layer or 1×1 convolution, as the page reads it."""

    weight: list[list[float]]  # a row for each output
    bias: list[float]


class Sample(NamedTuple):
    """A picture to look at. A plain tuple in this order will do."""

    title: str
    image: Tensor  # (channels, H, W), as the network takes it
    label: Tensor | None = None  # (H, W), class numbers
    credit: str = ""


# What a figure is given; `check_samples` makes `Sample`s of it.
Samples = Sequence[tuple[Any, ...]]
Arrays = Mapping[str, Tensor | Quantised]
Known = TypeVar("Known")
Named = Iterable[tuple[str, str]]  # classes: name and "#rrggbb"


def _to_text(value: Any, widget: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _from_text(text: str, widget: object) -> Any:
    return json.loads(text)


class Widget(anywidget.AnyWidget):
    """Base of the widgets: `manifest` and `packed` describe the figure, other traits its state.

    The page computes from these two alone, so a figure works with and without a kernel.
    """

    _css = COMMON_STYLE
    # The `Manifest` of each widget, with the arrays and the defaults.
    # A page gets it as text: stored notebooks sort the keys of objects, and here order counts.
    manifest: Any = traitlets.Dict().tag(sync=True, to_json=_to_text, from_json=_from_text)
    packed = traitlets.Bytes().tag(sync=True)

    _still: bytes | None

    def __init__(self, manifest: Mapping[str, Any], arrays: Arrays, **state: Any) -> None:
        self._check_keywords(state)
        entries, packed = pack(arrays)
        # The state to fall back to where a page finds an invalid one.
        defaults = {name: self.traits()[name].default() for name in self.state_names()}
        defaults |= manifest.get("defaults", {})
        self._begin({**manifest, "arrays": entries, "defaults": defaults}, packed, state)

    @classmethod
    def _of(cls, manifest: dict[str, Any], packed: bytes, state: Mapping[str, Any]) -> Any:
        """A widget of what another one packed, made without what `__init__` asks for."""
        cls._check_keywords(state)
        self = cls.__new__(cls)
        self._begin(manifest, packed, state)
        return self

    def _begin(self, manifest: dict[str, Any], packed: bytes, state: Mapping[str, Any]) -> None:
        self._still = None
        super().__init__(manifest=manifest, packed=packed, **state)

    @classmethod
    def state_names(cls) -> list[str]:
        """The traits that a reader changes."""
        return list(cls.class_trait_names(state=True))

    @classmethod
    def _check_keywords(cls, state: Mapping[str, Any]) -> None:
        unknown = sorted(set(state) - set(cls.state_names()))
        if unknown:
            raise TypeError(
                f"{cls.__name__} got unknown keywords {', '.join(unknown)}; "
                f"its state is {', '.join(cls.state_names())}"
            )

    def _draw(self, figure: "Figure") -> None:
        """Draw the figure as it first appears on a `matplotlib.figure.Figure`."""
        raise NotImplementedError

    def still(self) -> bytes:
        """A PNG of the figure in its first state, for print and where scripts are off."""
        if self._still is None:
            from matplotlib.figure import Figure

            figure = Figure(figsize=(8, 3.2), layout="constrained")
            self._draw(figure)
            buffer = io.BytesIO()
            figure.savefig(buffer, format="png", dpi=110)
            self._still = buffer.getvalue()
        return self._still

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        bundle = super()._repr_mimebundle_(**kwargs)
        assert bundle is not None  # as of a widget without a view
        data, metadata = bundle
        data["text/plain"] = f"{type(self).__name__}()"  # no address that changes at each run
        return {**data, "image/png": self.still()}, metadata


@contextmanager
def evaluating(net: nn.Module) -> Iterator[nn.Module]:
    """The network in evaluation mode, and afterwards in the mode that it was in."""
    training = net.training
    net.eval()
    try:
        yield net
    finally:
        net.train(training)


def run(net: nn.Module, image: Tensor) -> Record:
    """`record` of one image (channels, H, W) in evaluation mode."""
    with evaluating(net):
        return record(net, image[None])


def known(part: Known | None) -> Known:
    """What may be None, a part of a `BlockRecord` or a bias, and here is not."""
    assert part is not None
    return part


def block(net: nn.Module, name: str, *branches: str) -> Any:
    """The block called ``name``, of ours, which must have the given branches."""
    blocks = find_blocks(net)
    if not blocks:
        raise ValueError(f"this {type(net).__name__} has no squeeze & excitation blocks")
    if name not in blocks:
        raise ValueError(f"no block {name!r}; the blocks are {', '.join(map(repr, blocks))}")
    found = blocks[name]
    for branch in branches:
        if not hasattr(found, branch):
            raise ValueError(f"block {name!r} is a {type(found).__name__}: it has no {branch} gate")
    return found


def check_samples(samples: Any, labelled: bool = False) -> list[Sample]:
    """`Sample`s of the tuples given, all of one size.

    Raises:
        TypeError: not a list of tuples (title, image, label, credit), of which the last may be
            left out, and the label too where the figure does not need it.
        ValueError: none at all, or shapes that do not fit.
    """
    if not isinstance(samples, (list, tuple)) or not all(isinstance(s, tuple) for s in samples):
        raise TypeError(f"samples must be a list of tuples, got {type(samples).__name__}")
    form = (
        "(title, image, label, credit), credit optional"
        if labelled
        else ("(title, image, label, credit), label and credit optional")
    )
    checked = []
    for sample in samples:
        if not 2 + labelled <= len(sample) <= 4 or not isinstance(sample[0], str):
            raise TypeError(f"a sample is a tuple {form}; got one of {len(sample)} parts")
        named = Sample(*sample)
        check_image(named.image)
        if labelled or named.label is not None:
            check_label(named.label, named.image)
        checked.append(named)
    if not checked:
        raise ValueError("samples is empty: a figure needs one picture at least")
    sizes = {tuple(sample.image.shape) for sample in checked}
    if len(sizes) > 1:
        raise ValueError(f"all pictures must have one size, got {sorted(sizes)}")
    return checked


def check_picture(widget: Any, proposal: traitlets.Bunch) -> int:
    """For a validator of a ``picture`` trait: one of the widget's samples."""
    count = len(widget.samples)
    if not 0 <= proposal.value < count:
        raise traitlets.TraitError(f"picture must be 0 to {count - 1}, got {proposal.value}")
    return proposal.value


def check_image(image: Any) -> Tensor:
    if not isinstance(image, Tensor):
        raise TypeError(f"an image must be a tensor, got {type(image).__name__}")
    if image.dim() != 3:
        raise ValueError(f"an image is (channels, H, W), got shape {tuple(image.shape)}")
    return image


def check_label(label: Any, image: Tensor) -> Tensor:
    if not isinstance(label, Tensor):
        raise TypeError(f"a label must be a tensor, got {type(label).__name__}")
    if tuple(label.shape) != tuple(image.shape[1:]):
        raise ValueError(
            f"the label must be (H, W) = {tuple(image.shape[1:])} like its image, "
            f"got {tuple(label.shape)}"
        )
    return label


def check_classes(classes: Named | None, count: int) -> list[Class]:
    """``[{"name": …, "colour": …}]`` of ``[(name, "#rrggbb"), …]``, background first."""
    if classes is None:
        classes = [
            (f"class {k}" if k else "background", CLASS_COLOURS[k % len(CLASS_COLOURS)])
            for k in range(count)
        ]
    classes = list(classes)
    if len(classes) != count:
        raise ValueError(f"the network has {count} classes, classes= names {len(classes)}")
    return [{"name": name, "colour": colour} for name, colour in classes]


def grey(image: Tensor) -> Tensor:
    """A picture of the first channel: uint8 (*spatial), the outermost 0.5 % of values cut off."""
    first = image[0].detach().cpu().double()
    some = first.flatten()[:: -(-first.numel() // MOST_VALUES)]
    low, high = torch.quantile(some, torch.tensor([0.005, 0.995]).double())
    return ((first - low) / (high - low).clamp_min(1e-12) * 255).clamp(0, 255).round().byte()


def linear(layer: nn.Linear | nn.Conv2d | Pointwise) -> Linear:
    """The weights of a linear layer or 1×1 convolution as the page reads them."""
    weight = layer.weight.detach().double().flatten(1)
    return {"weight": weight.tolist(), "bias": known(layer.bias).detach().double().tolist()}


def colour_map(name: str) -> "Colormap":
    """A matplotlib colour map with the colours that the page uses."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list(f"scse-{name}", SCALES[name])


def show(axis: "Axes", image: Tensor, title: str, **kwargs: Any) -> "AxesImage":
    """A tensor (H, W) as a picture without axes; returns what a colour bar needs."""
    drawn = axis.imshow(image.numpy(), interpolation="nearest", **kwargs)
    axis.set_title(title, fontsize=8)
    axis.set_axis_off()
    return drawn


def show_classes(axis: "Axes", segmentation: Tensor, classes: Sequence[Class], title: str) -> None:
    """A class map in the colours of its classes."""
    from matplotlib.colors import ListedColormap

    colours = ListedColormap([entry["colour"] for entry in classes])
    show(axis, segmentation, title, cmap=colours, vmin=-0.5, vmax=len(classes) - 0.5)
