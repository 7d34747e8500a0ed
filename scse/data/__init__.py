"""The tasks of the book: brain tissue (``brain``) and digits on photographs (``digits``).

Their pictures come from inside installed libraries, so nothing is downloaded. A task is a class
in a module of its own and a line in `TASKS`; `Task` says what it must have::

    task = scse.data.task("digits")
    images, labels = task.batch(8, torch.Generator().manual_seed(0))

Images are float32 ``(N, 1, H, W)`` with mean 0 and standard deviation 1 each; labels are int64
``(N, H, W)``.
"""

import importlib
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, Protocol, TypedDict

import torch
from torch import Tensor

# name → where its class is; the module is imported when the task is asked for
TASKS: dict[str, str] = {
    "brain": "scse.data.brain.Brain",
    "digits": "scse.data.digits.Digits",
}
# Others to train on, which the book's figures do not show. Those after a colon are of a folder.
OTHERS: dict[str, str] = {
    "brain-few": "scse.data.brain.FewSlices",
    "volumes:": "scse.data.volumes.Volumes",
    "volumes-axial:": "scse.data.volumes.Axial",
    "volumes-sagittal:": "scse.data.volumes.Sagittal",
}


class Settings(NamedTuple):
    """Those of a `scse.training.Recipe` that depend on the task."""

    batch: int
    lr: float
    warmup: float


class Source(TypedDict):
    """A picture by its name, and whom it is owed to."""

    title: str
    credit: str


class Slider(TypedDict):
    """What alters a picture."""

    label: str
    min: float
    max: float
    start: float


class Scene(NamedTuple):
    """What the Playground shows of a task."""

    arrays: Mapping[str, Tensor]
    """What the page makes pictures of: uint8, or floats (…, H, W), which travel rounded."""
    pictures: Callable[[Mapping[str, Tensor]], Tensor]
    """The examples as 8 bits (n, H, W), made of those arrays as the page gets them."""
    labels: Tensor
    """The truth of the examples, uint8 (n, H, W)."""
    examples: Sequence[Source]
    seed: int
    """Of the networks that the book runs in its pages."""
    grounds: Sequence[Source] = ()
    """The pictures in ``arrays["grounds"]``, to draw on."""
    blank: float | None = None
    """The grey, 0 … 1, of an empty sheet to draw on; None where one does not draw."""
    sliders: Mapping[str, Slider] = {}


class Task(Protocol):
    """What training, export and the Playground ask of a task. Making one reads no pictures."""

    name: str
    size: int
    """Pixels a side."""
    classes: Sequence[str]
    """Names, background first."""
    colours: Sequence[str]
    """One "#rrggbb" a class."""
    source: str
    """Where the pictures come from and which are held out, for the cards of trained networks."""
    settings: Settings

    def batch(
        self, n: int, generator: torch.Generator, progress: float = 1.0
    ) -> tuple[Tensor, Tensor]:
        """``n`` training images and labels, freshly made; ``progress`` of the training, 0 … 1."""

    def test(self) -> tuple[Tensor, Tensor]:
        """The held-out images and labels, always the same."""

    def scene(self) -> Scene:
        """What the Playground shows."""


def task(name: str) -> Task:
    """The task called ``name``, such as ``"digits"`` or ``"volumes:my/folder"``.

    Raises:
        ValueError: there is none; the message lists those that there are.
        TypeError: ``name`` is no string.
    """
    if not isinstance(name, str):
        raise TypeError(f"the name of a task is a str, got {type(name).__name__} {name!r}")
    kind, colon, folder = name.partition(":")
    known = TASKS | OTHERS
    if kind + colon not in known or (colon and not folder):
        there = [f"{one}FOLDER" if one.endswith(":") else one for one in known]
        raise ValueError(f"no task {name!r}; there are {', '.join(map(repr, there))}")
    module, _, made = known[kind + colon].rpartition(".")
    return getattr(importlib.import_module(module), made)(*[folder] if colon else [])


def standardise(images: Tensor) -> Tensor:  # (N, 1, H, W)
    """Shift and scale every image to mean 0 and standard deviation 1."""
    mean = images.mean((1, 2, 3), keepdim=True)
    sd = images.std((1, 2, 3), keepdim=True)
    return (images - mean) / sd.clamp_min(1e-6)


def stretch(pictures: Tensor) -> Tensor:  # (…, H, W)
    """8 bits: the darkest value of each picture to 0, the brightest to 255, as in the page."""
    low, high = pictures.amin((-2, -1), keepdim=True), pictures.amax((-2, -1), keepdim=True)
    return ((pictures - low) / (high - low).clamp_min(1e-12) * 255).round().byte()


def uniform(generator: torch.Generator, low: float, high: float, *shape: int) -> Tensor:
    """Random numbers of a shape, from ``low`` to ``high``."""
    return low + (high - low) * torch.rand(shape, generator=generator)
