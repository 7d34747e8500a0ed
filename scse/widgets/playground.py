"""Playground: whole trained networks, the reader's own picture, and every gate in reach."""

import functools

import torch
import traitlets
from torch.nn.functional import adaptive_avg_pool2d

from scse import weights
from scse.data import standardise
from scse.recording import BRANCHES, find_blocks, record
from scse.widgets import _base
from scse.widgets._engine import Engine
from scse.widgets._packing import quantise

KINDS = {"none": "none", "cse": "cSE", "sse": "sSE", "scse": "scSE"}
REFERENCE = "scse"
SEEDS = {"brain": 4, "digits": 0}  # of the networks that the book runs in its pages
# What is seen first is stored coarsely: it stands until the engine has answered, a second or so.
MAPS = 24  # positions a side to which the stored maps are averaged
COARSE = 16  # levels of stored maps and masks
FINE = 32  # levels of the mean masks, which the engine computes with
SLICES = (134, 144, 70)  # held-out brain slices, y in mm
PICTURES = {1: "6 and 0 on gravel", 20: "4 on a cat", 12: "4 and 3 on a flower"}  # of the test set
GROUNDS = {  # photographs to draw on; the networks have seen coffee in training
    "gravel": ("gravel", "gravel, scikit-image, CC0"),
    "chelsea": ("a cat", "chelsea, scikit-image, CC0"),
    "flower": ("a flower", "flower, scikit-learn, CC BY 2.0"),
    "coffee": ("coffee", "coffee, scikit-image, CC0"),
}
BLANK = 0.35  # grey of a blank page, as in the first steps of training


class Playground(_base.Widget):
    """Draw a digit or choose a brain slice, and overrule any gate of any block.

    In a page the networks run in ONNX Runtime, in a notebook in torch; see
    js/src/engine/contract.js. What is seen first is stored: the networks' answers to the examples.

        Playground("digits")

    Args:
        task: ``"digits"`` or ``"brain"``.
        seed: of the four shipped networks (none, cSE, sSE, scSE) of this task.
        state: parts of the first state that differ, such as ``{"block": "decoder2"}``; what a
            link to the figure carries. See js/src/figures/playground/state.js.

    Raises:
        ValueError: an unknown task, or a seed of which not all four networks are shipped.
        TypeError: unknown keywords.
    """

    _esm = _base.STATIC / "playground.js"
    _css = _base.style("playground.css")
    state = traitlets.Dict().tag(sync=True, state=True)
    """What the reader changed; empty at the start."""

    def __init__(self, task="digits", *, seed=None, **state):
        if task not in SEEDS:
            raise ValueError(f"task must be one of {', '.join(map(repr, SEEDS))}, got {task!r}")
        seed = SEEDS[task] if seed is None else seed
        self.networks = {kind: weights.load(f"{task}-unet-{kind}", seed) for kind in KINDS}
        scene = _digits() if task == "digits" else _brain()
        self.pictures = scene["pictures"]  # uint8 (n, H, W), what the networks see as 8 bits
        self.labels = scene["labels"]
        self._engine = Engine({_name(task, k, seed): net for k, net in self.networks.items()})

        images = [self.input(picture) for picture in self.pictures]
        records = [record(self.networks[REFERENCE], image[None]) for image in images]
        self._segmentations = torch.stack([rec.logits[0].argmax(0) for rec in records]).byte()
        arrays = {
            "labels": self.labels,
            "segmentations": self._segmentations,
            "gates": torch.stack([_flat(rec) for rec in records]),
            **scene["arrays"],
        }
        for name in records[0]:
            masks = torch.stack([rec[name].spatial[0, 0] for rec in records])
            arrays[f"mask-{name}"] = quantise(masks, COARSE)
            maps = records[0][name].input[0]
            side = min(MAPS, maps.shape[-1])
            arrays[f"maps-{name}"] = quantise(adaptive_avg_pool2d(maps, side), COARSE)
        described = {}
        for kind, net in self.networks.items():
            means = _means(task, seed, kind)
            for name, mean in means.items():
                if mean["spatial"] is not None:
                    arrays[f"mean-{kind}-{name}"] = quantise(mean["spatial"], FINE)
            card = weights.card(f"{task}-unet-{kind}", seed)
            described[kind] = {
                "file": card["name"],
                "title": KINDS[kind],
                "dice": card["mean_dice"],
                "blocks": _sites(net, images[0]),
                "means": {n: m["channel"] for n, m in means.items() if m["channel"] is not None},
            }
        manifest = {
            "task": task,
            "draw": task == "digits",
            "size": self.pictures.shape[-1],
            "classes": _base.check_classes(scene["classes"], len(scene["classes"])),
            "examples": scene["examples"],
            "grounds": scene["grounds"],
            "sliders": scene["sliders"],
            "blank": BLANK,
            "reference": REFERENCE,
            "networks": described,
            "test_images": card["test_images"],
            "start": {
                "source": "example:0",
                "strokes": [],
                **{key: slider["start"] for key, slider in scene["sliders"].items()},
                "network": REFERENCE,
                "block": "bottleneck",
                "gates": {},
                "compare": False,
            },
        }
        super().__init__(manifest, arrays, **state)
        self._engine.serve(self)

    @traitlets.validate("state")
    def _check_state(self, proposal):
        known = self.manifest.get("start", proposal.value)
        if unknown := sorted(set(proposal.value) - set(known)):
            raise traitlets.TraitError(
                f"state has unknown parts {', '.join(unknown)}; it may have {', '.join(known)}"
            )
        return proposal.value

    @staticmethod
    def input(picture):
        """What a network gets for an 8-bit picture (H, W): float32 (1, H, W), standardised."""
        return standardise(picture.float()[None, None])[0]

    def _draw(self, figure):
        classes = self.manifest["classes"]
        axes = figure.subplots(1, 3)
        _base.show(axes[0], self.pictures[0], self.manifest["examples"][0]["title"], cmap="gray")
        rec = record(self.networks[REFERENCE], self.input(self.pictures[0])[None])
        mask = rec["decoder2"].spatial[0, 0]
        drawn = _base.show(axes[1], mask, "mask of decoder2", cmap=_base.colour_map("space"))
        figure.colorbar(drawn, ax=axes[1], shrink=0.8)
        _base.show_classes(axes[2], self._segmentations[0], classes, "what the network sees")


def _name(task, kind, seed):
    return f"{task}-unet-{kind}-seed{seed}"


def _flat(rec):
    """The channel gates of all blocks, one after the other."""
    return torch.cat([block.channel.flatten() for block in rec.values()])


def _sites(net, image):
    """What the page must know of each block's gates."""
    return {
        name: {
            "channels": block.input.shape[1],
            "positions": list(block.input.shape[2:]),
            "branches": [branch for branch in BRANCHES if getattr(block, branch) is not None],
        }
        for name, block in record(net, image[None]).items()
    }


@functools.cache
def _means(task, seed, kind):
    """The mean of every gate over the held-out pictures."""
    from scse.training import make_task

    net = weights.load(f"{task}-unet-{kind}", seed)
    if not find_blocks(net):
        return {}
    images, _ = make_task(task).test()
    sums = {}
    for part in images.split(20):
        for name, block in record(net, part).items():
            sums.setdefault(name, []).append((block.channel, block.spatial))
    means = {}
    for name, parts in sums.items():
        channel, spatial = (
            None if parts[0][i] is None else torch.cat([part[i] for part in parts]).mean(0)
            for i in (0, 1)
        )
        means[name] = {
            "channel": None if channel is None else channel.flatten().tolist(),
            "spatial": None if spatial is None else spatial[0],
        }
    return means


def stretch(picture):
    """8 bits: the darkest value to 0, the brightest to 255, as `stretch` of the page."""
    low, high = picture.amin((-2, -1), keepdim=True), picture.amax((-2, -1), keepdim=True)
    return ((picture - low) / (high - low).clamp_min(1e-12) * 255).round().byte()


def _digits():
    from scse.data import digits

    images, labels = digits.Digits().test()
    index = list(PICTURES)
    pictures = stretch(images[index, 0])
    grounds = torch.stack([_square(digits.photo(name)) for name in GROUNDS])
    return {
        "pictures": pictures,
        "labels": labels[index].byte(),
        "arrays": {"pictures": pictures, "grounds": (255 * grounds).round().byte()},
        "classes": list(zip(digits.CLASSES, digits.COLOURS)),
        "examples": [
            {"title": PICTURES[k], "credit": GROUNDS[name][1]}
            for k, name in zip(index, ("gravel", "chelsea", "flower"))
        ],
        "grounds": [{"title": title, "credit": credit} for title, credit in GROUNDS.values()],
        "sliders": {},
    }


def _square(photo):
    """The middle of a photograph (1, H, W), as large a square as a digit's sheet at half size."""
    from scse.data.digits import SIZE

    _, height, width = photo.shape
    top, left = (height - 2 * SIZE) // 2, (width - 2 * SIZE) // 2
    return adaptive_avg_pool2d(photo[:, top : top + 2 * SIZE, left : left + 2 * SIZE], SIZE)[0]


def _brain():
    from scse.data import brain

    maps = brain.resample(brain.slices(SLICES))
    t1 = (maps[:, 0].clamp(0, 1) * 255).round().byte()
    inside = (maps[:, 3] > 0.5).byte()
    noise = torch.randn(brain.SIZE, brain.SIZE, generator=torch.Generator().manual_seed(0))
    noise = quantise(noise, FINE)
    sliders = {
        # 0 is T1-like, 1 its negative
        "contrast": {"label": "Negative", "max": 1, "start": 0.0},
        "noise": {"label": "Noise", "max": 0.3, "start": 0.05},
        "rotation": {"label": "Rotation °", "min": -45, "max": 45, "start": 0},
    }
    still = brain.contrast(t1[:, None].double() / 255, inside[:, None].double(), 0.0)[:, 0]
    return {
        "pictures": stretch(still + sliders["noise"]["start"] * noise.values()),
        "labels": brain.tissue(maps).byte(),
        "arrays": {"t1": t1, "inside": inside, "noise": noise},
        "classes": list(zip(brain.CLASSES, brain.COLOURS)),
        "examples": [
            {"title": f"slice y = {y} mm", "credit": "MNI152 template, nilearn"} for y in SLICES
        ],
        "grounds": [],
        "sliders": {name: {"min": 0, **slider} for name, slider in sliders.items()},
    }
