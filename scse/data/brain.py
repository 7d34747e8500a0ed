"""Brain tissue on coronal slices of the MNI152 template, in random contrast.

One averaged brain of 152 people, as nilearn ships it (1 mm, 197×233×189). Held out are two
*regions* of it, slabs y 66–81 and 130–145 with 8 mm on each side used by nobody: neighbouring
slices are so alike that copying the labels 1 mm further already scores a Dice of 0.86 on these
slabs. There is one brain only, so a held-out *subject* this is not; and its two halves are mirror
images, so a split into left and right would leak everything.

The template: Fonov et al., *Unbiased average age-appropriate atlases for pediatric studies*,
NeuroImage 54, 2011.
"""

import functools
import math
from collections.abc import Iterable, Mapping

import torch
from torch import Tensor
from torch.nn import functional as F

from scse._extras import require
from scse.data import Scene, Settings, standardise, stretch, uniform

CLASSES = ("background", "CSF", "grey matter", "white matter")
COLOURS = ("#16181d", "#3d8bfd", "#a3a3a3", "#f5e6c8")
SIZE = 128  # pixels
FIELD = 190.0  # millimetres shown by those pixels

SLICES = range(30, 198)
TEST_SLABS = (range(66, 82), range(130, 146))
GAP = 8  # millimetres between a test slab and the nearest training slice
SHOWN = (134, 144, 70)  # held-out slices in the Playground
FEW = 15  # slices to train on, in `FewSlices`
NOISE = 0.05  # standard deviation in an example, before standardising


def split() -> tuple[list[int], list[int]]:
    """Coronal slice numbers (y, in voxels of 1 mm) for training and for the test."""
    test = [y for slab in TEST_SLABS for y in slab]
    train = [y for y in SLICES if min(abs(y - held) for held in test) > GAP]
    return train[::2], test[::2]


@functools.cache
def volume() -> Tensor:
    """``(4, 197, 233, 189)``: the T1 template, and the GM, WM and brain-mask maps, all 0 … 1."""
    datasets = require("nilearn.datasets", "data")
    maps = [
        datasets.load_mni152_template(resolution=1),
        datasets.load_mni152_gm_template(resolution=1),
        datasets.load_mni152_wm_template(resolution=1),
        datasets.load_mni152_brain_mask(resolution=1),
    ]
    return torch.stack([torch.from_numpy(m.get_fdata(dtype="float32").copy()) for m in maps])


def slices(ys: Iterable[int]) -> Tensor:
    """``(N, 4, 189, 197)``: the four maps on coronal slices, top of the head up."""
    planes = volume()[:, :, list(ys), :]  # (4, x, N, z)
    return planes.permute(2, 0, 3, 1).flip(2)


def resample(planes: Tensor, affine: tuple[Tensor, Tensor] | None = None) -> Tensor:
    # (N, 4, 189, 197) -> (N, 4, 128, 128)
    """The four maps on ``SIZE``×``SIZE`` pixels of the field of view, after an affine (N, 2, 2)
    and a shift (N, 2) in units of half the field."""
    n, _, height, width = planes.shape
    linear, shift = affine or (torch.eye(2).expand(n, 2, 2), torch.zeros(n, 2))
    # grid_sample counts in half extents of the slice, and 1 voxel is 1 mm
    scale = torch.tensor([FIELD / width, FIELD / height])
    theta = torch.cat([linear, shift[:, :, None]], dim=2) * scale[None, :, None]
    grid = F.affine_grid(theta, [n, 1, SIZE, SIZE], align_corners=False)
    return F.grid_sample(planes, grid, align_corners=False)


def tissue(maps: Tensor) -> Tensor:  # (N, 4, H, W) -> (N, H, W)
    """The most probable of background, CSF, grey and white matter."""
    _, gm, wm, mask = maps.unbind(1)
    csf = (mask - gm - wm).clamp_min(0)
    # `max` and not `argmax`: the same places, ten times as fast on the CPU, in every batch
    return torch.stack([1 - mask, csf, gm, wm], dim=1).max(1).indices


def contrast(
    t1: Tensor,
    mask: Tensor,
    inverted: Tensor | float,
    gamma: Tensor | float = 1.0,
    offset: Tensor | float = 0.0,
) -> Tensor:
    """Brightness ``offset + (1 − offset) · t1**gamma``; ``inverted`` 0 … 1 fades to its negative.

    0 is T1-like (white matter bright), 1 its negative (CSF bright, as in T2), ½ is flat grey.
    All arguments broadcast against ``t1`` (N, 1, H, W).
    """
    bright = offset + (1 - offset) * t1.clamp(0, 1) ** gamma
    return ((1 - inverted) * bright + inverted * (1.05 - bright)) * mask


def _affine(n: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Rotation ±20°, log-scale ±0.18, shear ±0.15, shift ±6 % of the field, mirrored or not."""
    angle = uniform(generator, -1, 1, n) * math.radians(20)
    scale = uniform(generator, -0.18, 0.18, n).exp()
    shear = uniform(generator, -0.15, 0.15, n)
    flip = 1 - 2 * (torch.rand(n, generator=generator) < 0.5).float()
    cos, sin = angle.cos() * scale, angle.sin() * scale
    linear = torch.stack(
        [torch.stack([cos * flip, shear - sin], 1), torch.stack([sin * flip, cos], 1)], 1
    )
    return linear, uniform(generator, -0.12, 0.12, n, 2)


def _appearance(maps: Tensor, generator: torch.Generator) -> Tensor:
    """Random contrast, bias field and noise for (N, 4, H, W) maps."""
    n = len(maps)
    t1, mask = maps[:, :1], (maps[:, 3:] > 0.5).float()
    offset = uniform(generator, 0, 0.25, n, 1, 1, 1)
    gamma = uniform(generator, -0.5, 0.5, n, 1, 1, 1).exp()
    inverted = (torch.rand(n, 1, 1, 1, generator=generator) < 0.5).float()
    image = contrast(t1, mask, inverted, gamma, offset)
    bias = F.interpolate(
        uniform(generator, -0.3, 0.3, n, 1, 4, 4), (SIZE, SIZE), mode="bicubic", align_corners=True
    )
    noise = torch.randn(image.shape, generator=generator)
    image = image * bias.exp() + 0.12 * uniform(generator, 0.3, 1, n, 1, 1, 1) * noise
    return standardise(image)


def example(
    y: int, inverted: float = 0.0, noise: float = NOISE, seed: int = 0
) -> tuple[Tensor, Tensor]:
    """One slice without random geometry: image ``(1, 1, 128, 128)`` and label ``(1, 128, 128)``.

    ``inverted`` 0 … 1 sets the contrast (see ``contrast``), ``noise`` the standard deviation of
    the noise before standardising; the noise is the same for every contrast.
    """
    maps = resample(slices([y]))
    mask = (maps[:, 3:] > 0.5).float()
    image = contrast(maps[:, :1], mask, inverted)
    image = image + noise * torch.randn(image.shape, generator=torch.Generator().manual_seed(seed))
    return standardise(image), tissue(maps)


def rendered(arrays: Mapping[str, Tensor], inverted: float = 0.0, noise: float = NOISE) -> Tensor:
    """The slices of the Playground, unturned, as its page makes them: uint8 (n, 128, 128).

    ``arrays`` are those of the scene, as the page gets them.
    """
    t1, inside = arrays["t1"][:, None].double() / 255, arrays["inside"][:, None].double()
    return stretch(contrast(t1, inside, inverted)[:, 0] + noise * arrays["noise"])


class Brain:
    """The brain task; see the module for where it comes from and how it is split."""

    name = "brain"
    classes, colours = CLASSES, COLOURS
    size = SIZE
    source = "MNI152 template (nilearn), coronal slices; held out: slabs y 66–81 and 130–145"
    settings = Settings(batch=8, lr=3e-3, warmup=0.10)

    @functools.cached_property
    def _train(self) -> Tensor:
        return slices(split()[0])

    def batch(
        self, n: int, generator: torch.Generator, progress: float = 1.0
    ) -> tuple[Tensor, Tensor]:
        """``n`` random training images ``(n, 1, 128, 128)`` and labels ``(n, 128, 128)``."""
        index = torch.randint(len(self._train), (n,), generator=generator)
        maps = resample(self._train[index], _affine(n, generator))
        return _appearance(maps, generator), tissue(maps)

    def test(self) -> tuple[Tensor, Tensor]:
        """16 held-out slices, each in 6 fixed random appearances: 96 images and labels."""
        generator = torch.Generator().manual_seed(2018)
        maps = resample(slices(split()[1]).repeat_interleave(6, dim=0))
        return _appearance(maps, generator), tissue(maps)

    def scene(self) -> Scene:
        """Three held-out slices whose contrast, noise and rotation the reader sets."""
        maps = resample(slices(SHOWN))
        return Scene(
            arrays={
                "t1": (maps[:, 0].clamp(0, 1) * 255).round().byte(),
                "inside": (maps[:, 3] > 0.5).byte(),
                "noise": torch.randn(SIZE, SIZE, generator=torch.Generator().manual_seed(0)),
            },
            pictures=rendered,
            labels=tissue(maps).byte(),
            examples=[
                {"title": f"slice y = {y} mm", "credit": "MNI152 template, nilearn"} for y in SHOWN
            ],
            seed=4,
            sliders={
                # 0 is T1-like, 1 its negative
                "contrast": {"label": "Negative", "min": 0, "max": 1, "start": 0.0},
                "noise": {"label": "Noise", "min": 0, "max": 0.3, "start": NOISE},
                "rotation": {"label": "Rotation °", "min": -45, "max": 45, "start": 0},
            },
        )


class FewSlices(Brain):
    """The brain task with fifteen of its training slices; the test is the same."""

    name = "brain-few"
    source = f"{Brain.source}; trained on fifteen slices"

    @functools.cached_property
    def _train(self) -> Tensor:
        train = split()[0]
        return slices(train[round(k * (len(train) - 1) / (FEW - 1))] for k in range(FEW))
