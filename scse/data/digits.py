"""Handwritten digits on photographs: segment every digit as what it reads.

The digits are scikit-learn's 8×8 scans (UCI, *Optical Recognition of Handwritten Digits*); the
photographs come with scikit-image and scikit-learn. Held out are forms, those from scan 1287 on,
and photographs. The order of the labels shows 14 forms, while scikit-learn speaks of 13 writers:
one may have written on both sides of the split.
"""

import functools
import math
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from scse._extras import require
from scse.data import Scene, Settings, standardise, stretch, uniform

CLASSES = ("background", *(f"digit {d}" for d in range(10)))
COLOURS = (
    "#16181d",
    *("#4e9bd8", "#ff8c2e", "#3fb05a", "#e5484d", "#a175d4"),
    *("#a8705f", "#f07cc4", "#9fe8c4", "#d3d13b", "#2cc5d6"),
)
SIZE = 96  # pixels
GLYPH = 44  # pixels of an upright digit's box at scale 1
FIRST_TEST_DIGIT = 1287  # the label order shows where a new form begins

TRAIN_PHOTOS = (
    *("astronaut", "coffee", "rocket", "china"),
    *("brick", "grass", "camera", "immunohistochemistry"),
)
TEST_PHOTOS = ("flower", "chelsea", "gravel", "motorcycle")
BLANK = 0.35  # grey of the paper, with which the training begins

# In the Playground: pictures of the test set with the photograph they are on, and photographs to
# draw on (the networks have seen coffee in training).
SHOWN = {
    1: ("6 and 0 on gravel", "gravel"),
    20: ("4 on a cat", "chelsea"),
    12: ("4 and 3 on a flower", "flower"),
}
GROUNDS = {
    "gravel": ("gravel", "gravel, scikit-image, CC0"),
    "chelsea": ("a cat", "chelsea, scikit-image, CC0"),
    "flower": ("a flower", "flower, scikit-learn, CC BY 2.0"),
    "coffee": ("coffee", "coffee, scikit-image, CC0"),
}


@functools.cache
def photo(name: str) -> Tensor:
    """A grey photograph ``(1, H, W)`` in 0 … 1, shorter side 288 pixels."""
    if name in ("china", "flower"):
        pixels = require("sklearn.datasets", "data").load_sample_image(f"{name}.jpg")
    elif name == "motorcycle":
        pixels = require("skimage.data", "data").stereo_motorcycle()[0]
    else:
        pixels = getattr(require("skimage.data", "data"), name)()
    pixels = torch.tensor(pixels, dtype=torch.float32) / 255
    if pixels.dim() == 3:
        pixels = pixels[..., :3] @ torch.tensor([0.299, 0.587, 0.114])  # luma, ITU-R BT.601
    factor = 288 / min(pixels.shape)
    size = [round(side * factor) for side in pixels.shape]
    return F.interpolate(pixels[None, None], size, mode="bilinear", antialias=True)[0]


@functools.cache
def digits(split: str) -> tuple[Tensor, Tensor]:
    """Scans ``(N, 8, 8)`` in 0 … 1 and what they read ``(N,)``, for ``"train"`` or ``"test"``."""
    if split not in ("train", "test"):
        raise ValueError(f'split must be "train" or "test", got {split!r}')
    data = require("sklearn.datasets", "data").load_digits()
    part = slice(None, FIRST_TEST_DIGIT) if split == "train" else slice(FIRST_TEST_DIGIT, None)
    scans = torch.tensor(data.images[part], dtype=torch.float32) / 16
    return scans, torch.tensor(data.target[part])


def ink(scans: Tensor) -> Tensor:  # (N, 8, 8) -> (N, 1, 64, 64)
    """Enlarged scans with a sharpened edge: how opaque the pen is at each pixel, 0 … 1."""
    smooth = F.interpolate(F.pad(scans[:, None], (1, 1, 1, 1)), (64, 64), mode="bicubic")
    return torch.sigmoid(12 * (smooth - 0.45))


def place(opacity: Tensor, centre: Tensor, scale: Tensor, angle: Tensor, shear: Tensor) -> Tensor:
    """Each (1, 64, 64) of ``opacity`` somewhere on a ``SIZE``×``SIZE`` sheet.

    ``centre`` (N, 2) is in pixels, x first; ``scale`` 1 makes the box ``GLYPH`` pixels wide;
    ``angle`` is in radians.
    """
    n = len(opacity)
    zoom = SIZE / (GLYPH * scale)  # sheet coordinates to glyph coordinates
    cos, sin = angle.cos() * zoom, angle.sin() * zoom
    linear = torch.stack([torch.stack([cos, sin + shear * cos], 1), torch.stack([-sin, cos], 1)], 1)
    shift = -(linear @ (2 * centre / SIZE - 1)[:, :, None])
    grid = F.affine_grid(torch.cat([linear, shift], 2), [n, 1, SIZE, SIZE], align_corners=False)
    return F.grid_sample(opacity, grid, align_corners=False)


def compose(
    ground: Tensor, opacity: Tensor, brightness: Tensor, labels: Tensor
) -> tuple[Tensor, Tensor]:
    """Pen on paper: ``opacity`` (N, K, H, W) of K digits, later ones on top, over ``ground``.

    Returns the picture (N, 1, H, W) in 0 … 1 and the label map (N, H, W).
    """
    picture, label = ground, torch.zeros_like(ground[:, 0], dtype=torch.long)
    for k in range(opacity.shape[1]):
        a = opacity[:, k : k + 1]
        picture = picture * (1 - a) + a * brightness[:, k, None, None, None]
        label = torch.where(a[:, 0] > 0.5, labels[:, k, None, None] + 1, label)
    return picture, label


def dimmed(photograph: Tensor) -> Tensor:
    """A photograph as it lies behind the digits: darker, with less contrast."""
    return 0.08 + 0.62 * photograph


def _grounds(names: Sequence[str], n: int, generator: torch.Generator) -> Tensor:
    """``n`` random crops (n, 1, SIZE, SIZE) of the named photographs, mirrored or not, at one or
    half of their resolution."""
    crops = []
    for _ in range(n):
        source = photo(names[int(torch.randint(len(names), (), generator=generator))])
        side = SIZE * int(torch.randint(1, 3, (), generator=generator))
        top = int(torch.randint(source.shape[1] - side + 1, (), generator=generator))
        left = int(torch.randint(source.shape[2] - side + 1, (), generator=generator))
        crop = source[:, top : top + side, left : left + side]
        if torch.rand((), generator=generator) < 0.5:
            crop = crop.flip(2)
        crops.append(F.adaptive_avg_pool2d(crop, SIZE))
    return torch.stack(crops)


def _centres(n: int, two: Tensor, generator: torch.Generator) -> Tensor:
    """Centres (n, 2, 2) in pixels; where there are two digits they lie half a sheet apart."""
    margin = 0.5 * GLYPH
    first = uniform(generator, margin, SIZE - margin, n, 2)
    second = SIZE - first + uniform(generator, -4, 4, n, 2)
    away = second - first
    distance = away.norm(dim=1, keepdim=True).clamp_min(1e-3)
    near = (distance < 0.46 * SIZE) & two[:, None]
    push = 0.5 * (0.46 * SIZE - distance) * away / distance
    first = torch.where(near, first - push, first)
    second = torch.where(near, second + push, second)
    return torch.stack([first, second], 1).clamp(0.36 * GLYPH, SIZE - 0.36 * GLYPH)


def sample(
    n: int, generator: torch.Generator, split: str = "train", progress: float = 1.0
) -> tuple[Tensor, Tensor]:
    """``n`` random pictures; ``progress`` below 1 is the curriculum's early, easier part."""
    photos = TRAIN_PHOTOS if split == "train" else TEST_PHOTOS
    scans, reads = digits(split)
    early = progress < 1
    two = (torch.rand(n, generator=generator) < 0.5) & (not early)
    index = torch.randint(len(scans), (n, 2), generator=generator)
    opacity = place(
        ink(scans[index.flatten()]),
        _centres(n, two, generator).flatten(0, 1),
        uniform(generator, 0.8, 1.2, 2 * n),
        uniform(generator, -1, 1, 2 * n) * math.radians(20),
        uniform(generator, -0.2, 0.2, 2 * n),
    ).unflatten(0, (n, 2))[:, :, 0]  # (n, 2, H, W)
    opacity[:, 1] *= two[:, None, None]
    ground = _grounds(photos, n, generator)
    ground = BLANK + progress * (dimmed(ground) - BLANK)  # the photograph fades in
    brightness = uniform(generator, 0.8, 1, n, 2)
    picture, label = compose(ground, opacity, brightness, reads[index])
    return standardise(picture + 0.03 * torch.randn(picture.shape, generator=generator)), label


def _middle(photograph: Tensor) -> Tensor:
    """The middle of a photograph (1, H, W) at half its resolution, (SIZE, SIZE)."""
    _, height, width = photograph.shape
    top, left = (height - 2 * SIZE) // 2, (width - 2 * SIZE) // 2
    return F.adaptive_avg_pool2d(photograph[:, top : top + 2 * SIZE, left : left + 2 * SIZE], SIZE)[
        0
    ]


class Digits:
    """The digits task; see the module for where it comes from and how it is split."""

    name = "digits"
    classes, colours = CLASSES, COLOURS
    size = SIZE
    source = (
        "scikit-learn digits on photographs of scikit-image and scikit-learn; held out: forms "
        f"from digit {FIRST_TEST_DIGIT} on, photographs {', '.join(TEST_PHOTOS)}"
    )
    settings = Settings(batch=16, lr=2e-3, warmup=0.15)
    curriculum = 0.4  # of the steps: one digit, while the photograph fades in

    def batch(
        self, n: int, generator: torch.Generator, progress: float = 1.0
    ) -> tuple[Tensor, Tensor]:
        """``n`` training images ``(n, 1, 96, 96)`` and labels ``(n, 96, 96)``.

        ``progress`` is the part of the training that is done; during the first 0.4 there is one
        digit a picture, and the photograph behind it fades in.
        """
        return sample(n, generator, "train", min(1.0, progress / self.curriculum))

    def test(self) -> tuple[Tensor, Tensor]:
        """200 fixed pictures: held-out forms on held-out photographs."""
        return sample(200, torch.Generator().manual_seed(2018), "test")

    def scene(self) -> Scene:
        """Three held-out pictures, and photographs to draw digits on."""
        images, labels = self.test()
        index = list(SHOWN)
        grounds = torch.stack([_middle(photo(name)) for name in GROUNDS])
        return Scene(
            arrays={
                "pictures": stretch(images[index, 0]),
                "grounds": (255 * grounds).round().byte(),
            },
            pictures=lambda arrays: arrays["pictures"],
            labels=labels[index].byte(),
            examples=[
                {"title": title, "credit": GROUNDS[name][1]} for title, name in SHOWN.values()
            ],
            seed=0,
            grounds=[{"title": title, "credit": credit} for title, credit in GROUNDS.values()],
            blank=BLANK,
        )
