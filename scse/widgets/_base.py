"""What every widget shares: data for the page, a picture for paper, and clear errors."""

import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, TypedDict, TypeVar

import anywidget
import torch
import traitlets
from torch import Tensor, nn

from scse import edits
from scse._undisturbed import evaluating
from scse.blocks import Pointwise
from scse.recording import Record, find_blocks, record
from scse.widgets import _guides, _words
from scse.widgets._packing import Quantised, pack

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage

STATIC = Path(__file__).parent / "static"
# The bundles that speak the language: `SCSE_LANGUAGE=… npm run build` writes those of another one.
MODULES = STATIC if _words.LANGUAGE == "en" else STATIC / _words.LANGUAGE
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

FILM_DPI = 80  # of the pictures of a tour, which are printed small

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
# Name -> the traits to set, from the first state; or these, and the part to look at.
States = Mapping[str, Mapping[str, Any] | tuple[Mapping[str, Any], str]]
KEYWORDS = ("states", "name", "tour", "puzzle")  # of every figure, beside its state


class NamedState(TypedDict):
    """A state that a page's text can name, as the page reads it."""

    name: str
    set: dict[str, Any]  # traits; those left out are as in the first state
    part: str  # of the figure that a link brings into sight; empty for its top


def slug(name: str) -> str:
    """A name as it stands in an address: ``"Bottleneck shut"`` is ``"bottleneck-shut"``.

    Raises:
        ValueError: there is no letter from a to z and no digit in it.
    """
    short = re.sub("[^a-z0-9]+", "-", name.lower()).strip("-")
    if not short:
        raise ValueError(f"a name needs a letter from a to z or a digit, got {name!r}")
    return short


def _to_text(value: Any, widget: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _from_text(text: str, widget: object) -> Any:
    return json.loads(text)


class Widget(anywidget.AnyWidget):
    """Base of the widgets: `manifest` and `packed` describe the figure, other traits its state.

    The page computes from these two alone, so a figure works with and without a kernel.

    Args:
        manifest, arrays: what the page reads.
        states: states that the text around the figure can name: name → the traits to set, the
            others being as in the first state. ``[open it](#do:bottleneck-shut)`` in Markdown sets
            the figure to the state ``"bottleneck shut"``. A name stands once on a page. A pair,
            ``(traits, part)``, says besides which of the `parts` the link brings into sight.
        name: of the figure in links to it; made of its kind if not given.
        tour: up to eight steps to be led through, ``[("A sentence.", {traits}), …]``: what is
            shown, and the traits to set as in `states`. A third entry, a name in `parts`, is the
            part of the figure that the step is about.
        puzzle: a goal to be reached, or a list of such: a dict of ``name`` (a link
            ``#do:its-name`` opens it, like a state), ``task``, ``goal``
            (``{"Dice": (">=", 0.9)}``, numbers that `quantities` gives), ``solution`` (the traits
            of a state that reaches it) and, if it needs them, ``start`` (the traits where it
            begins, or a pair as in `states`: its part is brought into sight, with the solution
            too) and ``done`` (a sentence for those who got there).
        state: the first state.

    Raises:
        TypeError: unknown keywords, or a state, tour or puzzle of another form.
        ValueError: two names that are the same in an address, or one that is empty there; a part
            or a quantity that this figure does not have; a puzzle that is solved where it starts,
            or whose solution is none.
        TraitError: a state that this figure cannot have.
    """

    parts: ClassVar[Mapping[str, str]] = {}
    """What of this figure a tour can point at, a link bring into sight, or a teacher hide: name →
    what it is called."""

    _css = COMMON_STYLE
    # The `Manifest` of each widget, with the arrays, the defaults and the states.
    # A page gets it as text: stored notebooks sort the keys of objects, and here order counts.
    manifest: Any = traitlets.Dict().tag(sync=True, to_json=_to_text, from_json=_from_text)
    packed = traitlets.Bytes().tag(sync=True)

    _still: bytes | None

    def __init__(
        self,
        manifest: Mapping[str, Any],
        arrays: Arrays,
        *,
        states: States | None = None,
        name: str | None = None,
        tour: _guides.Steps = (),
        puzzle: _guides.Riddle | Sequence[_guides.Riddle] = (),
        **state: Any,
    ) -> None:
        self._check_keywords(state)
        puzzles = _guides.puzzles(puzzle)
        starts = {each["name"]: each.get("start", {}) for each in puzzles}
        if twice := sorted(set(starts) & set(states or {})):
            raise ValueError(f"a state and a puzzle are both called {twice[0]!r}")
        entries, packed = pack(arrays)
        # The state to fall back to where a page finds an invalid one.
        defaults = {trait: self.traits()[trait].default() for trait in self.state_names()}
        defaults |= manifest.get("defaults", {})
        described = {
            **manifest,
            "arrays": entries,
            "defaults": defaults,
            "states": self._named({**(states or {}), **starts}),
            "parts": dict(self.parts),
            "tour": _guides.tour(tour, self.parts),
            "puzzles": [_guides.described(each, slug(each["name"])) for each in puzzles],
        }
        if name is not None:
            described["name"] = slug(name)
        self._begin(described, packed, state)
        self._try_states()
        _guides.prove(self.manifest, self.quantities)

    @classmethod
    def _of(cls, manifest: dict[str, Any], packed: bytes, state: Mapping[str, Any]) -> Any:
        """A widget of what another one packed, made without what `__init__` asks for."""
        cls._check_keywords(state)
        self = cls.__new__(cls)
        # Files of earlier versions have none of these.
        added = {"states": {}, "parts": dict(cls.parts), "tour": [], "puzzles": []}
        missing = {name: value for name, value in added.items() if name not in manifest}
        self._begin({**manifest, **missing}, packed, state)
        return self

    def _begin(self, manifest: dict[str, Any], packed: bytes, state: Mapping[str, Any]) -> None:
        self._still = None
        manifest = {**manifest, "first": {**manifest["defaults"], **state}}
        super().__init__(manifest=manifest, packed=packed, **state)

    @classmethod
    def _named(cls, states: States) -> dict[str, NamedState]:
        """The states by their slugs; what is in them is not yet looked at."""
        named: dict[str, NamedState] = {}
        for name, state in states.items():
            traits, part = cls._pair(name, state)
            cls._check_traits(f"state {name!r}", traits)
            short = slug(name)
            if short in named:
                raise ValueError(
                    f"states {named[short]['name']!r} and {name!r} are both #do:{short} in a link"
                )
            named[short] = {"name": name, "set": dict(traits), "part": part}
        return named

    @classmethod
    def _pair(cls, name: str, state: Any) -> tuple[Any, str]:
        """What a state sets, and the part to be looked at, if it names one."""
        if not isinstance(state, tuple):
            return state, ""
        if len(state) != 2:
            raise TypeError(f"state {name!r} must be a dict of traits or (dict, part)")
        traits, part = state
        if part not in cls.parts:
            known = ", ".join(cls.parts) or "none"
            raise ValueError(f"state {name!r} is about {part!r}; the parts are {known}")
        return traits, part

    @classmethod
    def _check_traits(cls, what: str, traits: Any) -> None:
        known = cls.state_names()
        if not isinstance(traits, Mapping):
            raise TypeError(f"{what} must be a dict of traits, got {type(traits).__name__}")
        if unknown := sorted(set(traits) - set(known)):
            raise TypeError(
                f"{what} sets {', '.join(unknown)}; a {cls.__name__} has {', '.join(known)}"
            )

    def _try_states(self) -> None:
        """Be once in every state that a link, a tour or a puzzle sets: what a reader could not set
        is refused here."""
        known = self.manifest
        tried = {f"state {state['name']!r}": state["set"] for state in known["states"].values()}
        tried |= {f"step {i + 1} of the tour": step["set"] for i, step in enumerate(known["tour"])}
        tried |= {f"the solution of {p['name']!r}": p["solution"] for p in known["puzzles"]}
        first = {trait: getattr(self, trait) for trait in self.state_names()}
        with self.hold_sync():  # a page need not see it
            for what, traits in tried.items():
                self._check_traits(what, traits)
                try:
                    self._set({**first, **traits})
                    for name in self.state_names():
                        # Those that kept their value, too: it may not go with the others'.
                        setattr(self, name, getattr(self, name))
                except traitlets.TraitError as error:
                    raise traitlets.TraitError(
                        f"{what} of this {type(self).__name__}: {error}"
                    ) from None
            self._set(first)

    def _set(self, state: Mapping[str, Any]) -> None:
        with self.hold_trait_notifications():  # all at once, or none
            for trait, value in state.items():
                setattr(self, trait, value)

    @classmethod
    def state_names(cls) -> list[str]:
        """The traits that a reader changes."""
        return list(cls.class_trait_names(state=True))

    @classmethod
    def _check_keywords(cls, state: Mapping[str, Any]) -> None:
        unknown = sorted(set(state) - {*cls.state_names(), *KEYWORDS})
        if unknown:
            raise TypeError(
                f"{cls.__name__} got unknown keywords {', '.join(unknown)}; "
                f"its state is {', '.join(cls.state_names())}"
            )

    def quantities(self, state: Mapping[str, Any] | None = None) -> dict[str, float]:
        """Numbers that the figure computes, by the names that puzzles know them under.

        Args:
            state: traits that differ from the present ones.
        """
        return {}

    def _now(self, state: Mapping[str, Any] | None) -> dict[str, Any]:
        """All traits of a state."""
        return {name: getattr(self, name) for name in self.state_names()} | dict(state or {})

    def _draw(self, figure: "Figure", state: Mapping[str, Any]) -> None:
        """Draw the figure in a state, all its traits, on a `matplotlib.figure.Figure`."""
        raise NotImplementedError

    def _picture(self, state: Mapping[str, Any], dpi: int) -> bytes:
        from matplotlib.figure import Figure

        figure = Figure(figsize=(8, 3.2), layout="constrained")
        self._draw(figure, {**self.manifest["first"], **state})
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", dpi=dpi)
        return buffer.getvalue()

    def still(self) -> bytes:
        """A PNG of the figure in its first state, for print and where scripts are off."""
        if self._still is None:
            self._still = self._picture({}, 110)
        return self._still

    def film(self) -> bytes:
        """A JPEG of all steps of the tour, one below the other, for print."""
        steps = self.manifest["tour"]
        return _guides.stacked([self._picture(step["set"], FILM_DPI) for step in steps])

    def _stand_in(self) -> dict[str, Any]:
        """What is shown where the figure cannot run, by mime type: in print, with scripts off."""
        name = f"{type(self).__name__}()"  # no address that changes at each run
        film = {"image/jpeg": self.film()} if self.manifest["tour"] else {}
        return {"text/plain": name, "image/png": self.still(), **film}

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        bundle = super()._repr_mimebundle_(**kwargs)
        assert bundle is not None  # as of a widget without a view
        data, metadata = bundle
        return data | self._stand_in(), metadata


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
    """`Sample`s of the tuples given, all of one size, with titles as a reader knows them.

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
        checked.append(named._replace(title=_words.name(named.title)))
    if not checked:
        raise ValueError("samples is empty: a figure needs one picture at least")
    sizes = {tuple(sample.image.shape) for sample in checked}
    if len(sizes) > 1:
        raise ValueError(f"all pictures must have one size, got {sorted(sizes)}")
    return checked


def check_picture(widget: Any, proposal: traitlets.Bunch) -> int:
    """For a validator of a ``picture`` trait: one of the widget's samples."""
    return _check_index("picture", len(widget.samples), proposal)


def check_channel(widget: Any, proposal: traitlets.Bunch) -> int:
    """For a validator of a ``channel`` trait: one of those that the manifest's ``shape`` has."""
    return _check_index("channel", widget.manifest["shape"][0], proposal)


def _check_index(name: str, count: int, proposal: traitlets.Bunch) -> int:
    if not 0 <= proposal.value < count:
        raise traitlets.TraitError(f"{name} must be 0 to {count - 1}, got {proposal.value}")
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


def class_names(classes: Named | None, count: int) -> list[tuple[str, str]]:
    """``[(name, "#rrggbb"), …]``, background first, as given or made up."""
    if classes is None:
        classes = [
            (f"class {k}" if k else "background", CLASS_COLOURS[k % len(CLASS_COLOURS)])
            for k in range(count)
        ]
    classes = list(classes)
    if len(classes) != count:
        raise ValueError(f"the network has {count} classes, classes= names {len(classes)}")
    return classes


def check_classes(classes: Named | None, count: int) -> list[Class]:
    """``[{"name": …, "colour": …}]`` as a reader knows them, see `class_names`."""
    pairs = class_names(classes, count)
    return [{"name": _words.name(name), "colour": colour} for name, colour in pairs]


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
