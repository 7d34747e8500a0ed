"""Your own volumes as a task: a folder of NIfTI images and label maps, slice by slice::

    folder/train/images/NAME.nii.gz    folder/test/images/NAME.nii.gz
    folder/train/labels/NAME.nii.gz    folder/test/labels/NAME.nii.gz
    folder/classes.txt                 if there are names: a line a class, "17 hippocampus"

An image and its labels have one name, one shape and one place in space; volumes in ``test`` are
used for nothing else. Label 0 is the background. Without ``classes.txt`` the classes are the labels
that occur in ``train``.

Slices are taken as they are stored, without resampling, and padded to a common square. In training
they are turned by up to 10°, scaled by up to 10 % and shifted by up to 5 % of the square.
"""

import colorsys
import functools
import math
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from scse._extras import require
from scse.data import Scene, Settings, standardise, uniform

ENDS = (".nii", ".nii.gz")
MULTIPLE = 16  # of which the side of a square must be one: networks halve it four times
SAME_SPACING = 0.1  # part by which the sizes of pixels may differ


class Slices(NamedTuple):
    """What one part of the folder holds."""

    images: Tensor  # (N, 1, size, size), float32
    labels: Tensor  # (N, size, size), uint8: the number of the class


class Volumes:
    """The task that a folder of volumes makes, on coronal slices; see the module for its form.

    Args:
        folder: with ``train`` and ``test``.

    Raises:
        ValueError: once anything but ``name`` is asked for: the folder has another form, a file
            cannot be read, is no volume, or is not like its partner, or a label has no class. The
            message names the file.
    """

    axis = 1  # of a volume whose axes go right, forward, up
    settings = Settings(batch=8, lr=3e-3, warmup=0.10)

    def __init__(self, folder: str) -> None:
        self.folder = Path(folder)
        self.name = self.folder.resolve().name

    @property
    def source(self) -> str:
        """Of the cards."""
        n = {part: len(self._pairs(part)) for part in ("train", "test")}
        return f"volumes of {self.name}: {n['train']} to train, {n['test']} held out"

    @property
    def size(self) -> int:
        """Pixels a side."""
        return self._parts["train"].images.shape[-1]

    @property
    def classes(self) -> tuple[str, ...]:
        """As in ``classes.txt``, else "label 17"."""
        return tuple(self._codes.values())

    @property
    def colours(self) -> tuple[str, ...]:
        """Black, and evenly spaced hues."""
        n = len(self.classes) - 1
        hues = ((0.0, 0.0, 0.0), *(colorsys.hls_to_rgb(k / n, 0.6, 0.6) for k in range(n)))
        return tuple("#" + "".join(f"{round(255 * v):02x}" for v in hue) for hue in hues)

    def batch(
        self, n: int, generator: torch.Generator, progress: float = 1.0
    ) -> tuple[Tensor, Tensor]:
        """``n`` training slices ``(n, 1, size, size)`` and labels ``(n, size, size)``, moved."""
        images, labels = self._parts["train"]
        index = torch.randint(len(images), (n,), generator=generator)
        grid = F.affine_grid(_moves(n, generator), [n, 1, self.size, self.size], False)
        darkest = images[index].amin((2, 3), keepdim=True)  # beyond the slice it is as dark
        image = F.grid_sample(images[index] - darkest, grid, align_corners=False) + darkest
        label = F.grid_sample(labels[index, None].float(), grid, "nearest", align_corners=False)
        return standardise(image), label[:, 0].long()

    def test(self) -> tuple[Tensor, Tensor]:
        """The slices of the held-out volumes that have labels."""
        images, labels = self._parts["test"]
        return standardise(images), labels.long()

    def scene(self) -> Scene:
        """There is none.

        Raises:
            ValueError: always.
        """
        raise ValueError(f"the Playground does not show volumes of your own ({self.folder})")

    # Reading

    def _pairs(self, part: str) -> dict[Path, Path]:
        """Image → labels."""
        images, labels = (_volumes_in(self.folder / part / kind) for kind in ("images", "labels"))
        if alone := sorted(images.keys() ^ labels.keys()):
            have, lack = ("labels", "images") if alone[0] in labels else ("images", "labels")
            raise ValueError(f"{self.folder / part}: {alone[0]} is in {have} and not in {lack}")
        return {path: labels[name] for name, path in sorted(images.items())}

    @functools.cached_property
    def _read(self) -> dict[str, list[tuple[Path, Tensor, Tensor]]]:
        """Images and labels as stored, (slices, height, width), with the file of the labels."""
        spacing: dict[Path, tuple[float, ...]] = {}
        found = {}
        for part in ("train", "test"):
            found[part] = [self._pair(*files, spacing) for files in self._pairs(part).items()]
        first, usual = next(iter(spacing.items()))
        for path, size in spacing.items():
            if any(abs(a - b) > SAME_SPACING * b for a, b in zip(size, usual)):
                raise ValueError(
                    f"{path} has pixels of {_millimetres(size)}, {first.name} of "
                    f"{_millimetres(usual)}: resample the volumes to one size"
                )
        return found

    def _pair(
        self, image_path: Path, label_path: Path, spacing: dict[Path, tuple[float, ...]]
    ) -> tuple[Path, Tensor, Tensor]:
        image, label = _volume(image_path), _volume(label_path)
        if image.shape != label.shape:
            raise ValueError(f"{image_path} is {image.shape}, its labels are {label.shape}")
        if abs(image.affine - label.affine).max() > 0.01:  # millimetres
            raise ValueError(f"{image_path} and its labels differ in their place in space (affine)")
        sizes = image.header.get_zooms()
        spacing[image_path] = tuple(float(s) for a, s in enumerate(sizes) if a != self.axis)
        values = self._planes(image, image_path)
        if not values.isfinite().all():
            raise ValueError(f"{image_path} holds values that are no numbers")
        codes = self._planes(label, label_path)
        whole = codes.round()
        if not torch.equal(whole, codes) or whole.min() < 0:
            raise ValueError(f"{label_path} is no label map: it holds {_first_odd(codes)}")
        return label_path, values, whole.int()

    def _planes(self, volume: Any, path: Path) -> Tensor:
        """(slices, height, width), the second axis of a plane upwards."""
        try:
            values = torch.from_numpy(volume.get_fdata(dtype="float32").copy())
        except Exception as error:  # cut short, or another damage
            raise ValueError(f"{path} cannot be read: {error}") from error
        return values.movedim(self.axis, 0).transpose(1, 2).flip(1)

    @functools.cached_property
    def _codes(self) -> dict[int, str]:
        """Label → class; the first is the background."""
        labels = (label for _, _, label in self._read["train"])
        present = sorted({int(code) for label in labels for code in label.unique()})
        file = self.folder / "classes.txt"
        codes = _names(file) if file.exists() else {code: f"label {code}" for code in present}
        if 0 not in codes:
            raise ValueError(f"{self.folder}: label 0, the background, is not among {list(codes)}")
        if len(codes) < 2:
            raise ValueError(f"{self.folder}: there is no label but 0")
        if len(codes) > 256:
            raise ValueError(f"{self.folder}: {len(codes)} classes; 256 are possible")
        known = f"those of {file.name}" if file.exists() else "those in train"
        for part in self._read.values():
            for path, _, label in part:
                if strange := sorted(set(label.unique().tolist()) - codes.keys()):
                    raise ValueError(f"{path} has label {strange[0]}, which is not among {known}")
        return dict(sorted(codes.items()))

    @functools.cached_property
    def _parts(self) -> dict[str, Slices]:
        numbers = torch.tensor(list(self._codes))
        sides = [n for part in self._read.values() for _, image, _ in part for n in image.shape[1:]]
        side = math.ceil(max(sides) / MULTIPLE) * MULTIPLE
        parts = {}
        for name, volumes in self._read.items():
            images, labels = [], []
            for _, image, label in volumes:
                shown = (label > 0).any((1, 2))
                images.append(_padded(image[shown], side, float(image.min())))
                labels.append(torch.searchsorted(numbers, _padded(label[shown], side, 0)).byte())
            parts[name] = Slices(torch.cat(images)[:, None], torch.cat(labels))
            if not len(parts[name].images):
                raise ValueError(f"{self.folder / name}: no slice has a label but 0")
        del self._read  # else all would be in memory twice
        return parts


class Axial(Volumes):
    """The same on axial slices."""

    axis = 2


class Sagittal(Volumes):
    """The same on sagittal slices."""

    axis = 0


def _volumes_in(folder: Path) -> dict[str, Path]:
    """Name → file."""
    if not folder.is_dir():
        raise ValueError(f"there is no folder {folder}")
    found: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        if path.name.endswith(ENDS) and not path.name.startswith("."):  # as macOS puts beside
            name = path.name.removesuffix(".gz").removesuffix(".nii")
            if name in found:
                raise ValueError(f"{folder} has {found[name].name} and {path.name}: keep one")
            found[name] = path
    if not found:
        raise ValueError(f"{folder} has no volumes ({' or '.join(ENDS)})")
    return found


def _volume(path: Path) -> Any:
    """Its axes right, forward, up."""
    nibabel = require("nibabel", "data")
    try:
        volume = nibabel.load(path)
        if set(volume.shape[3:]) == {1}:
            volume = nibabel.squeeze_image(volume)  # (X, Y, Z, 1), as some tools write
    except Exception as error:  # one of nibabel's, or of what it reads with
        raise ValueError(f"{path} cannot be read: {error}") from error
    if len(volume.shape) != 3:
        raise ValueError(f"{path} is no volume: its shape is {volume.shape}")
    return nibabel.as_closest_canonical(volume)


def _names(file: Path) -> dict[int, str]:
    """Code → name."""
    try:
        text = file.read_text(encoding="utf-8-sig")  # some editors put a mark in front
    except UnicodeDecodeError as error:
        raise ValueError(f"{file} is no text in UTF-8: {error}") from error
    names: dict[int, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        code, _, name = line.strip().partition(" ")
        if not code:
            continue
        if not code.isdecimal() or not name.strip() or int(code) in names:
            raise ValueError(
                f'{file}, line {number}: a new number and a name, such as "17 hippocampus", '
                f"got {line!r}"
            )
        if name.strip() in names.values():  # Dice is kept by name
            raise ValueError(f"{file}, line {number}: a second class is called {name.strip()!r}")
        names[int(code)] = name.strip()
    return names


def _first_odd(codes: Tensor) -> str:
    return f"{codes[(codes != codes.round()) | (codes < 0)][0].item():g}"


def _millimetres(size: tuple[float, ...]) -> str:
    return " × ".join(f"{s:.2g}" for s in size) + " mm"


def _padded(planes: Tensor, side: int, value: float) -> Tensor:
    """(N, height, width) → (N, side, side), the planes in the middle."""
    height, width = planes.shape[1:]
    left, top = (side - width) // 2, (side - height) // 2
    return F.pad(planes, (left, side - width - left, top, side - height - top), value=value)


def _moves(n: int, generator: torch.Generator) -> Tensor:
    """Affine maps (n, 2, 3) for `affine_grid`: turned, scaled, shifted at random."""
    angle = uniform(generator, -1, 1, n) * math.radians(10)
    scale = uniform(generator, -0.1, 0.1, n).exp()
    cos, sin = angle.cos() * scale, angle.sin() * scale
    shift = uniform(generator, -0.1, 0.1, n, 2)  # in units of half a side
    rows = torch.stack([torch.stack([cos, -sin], 1), torch.stack([sin, cos], 1)], 1)
    return torch.cat([rows, shift[:, :, None]], 2)
