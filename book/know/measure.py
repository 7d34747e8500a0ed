"""Take the gates of all shipped networks apart, and store what was found.

    .venv/bin/python book/know/measure.py

About twenty minutes on one idle core; with names of tables, these alone. Four tables, a file each,
which *What do the gates know?* reads, and which `tests/test_know.py` computes again in part:

* replaced.csv: Dice lost when a gate is replaced, for each network, block, branch and replacement;
* known.csv: what can be read off the gates and off what else there is;
* single.csv: each channel gate, and the damage without it;
* masks.csv: masks inside and outside of objects, beside brightness and edges of the input.
"""

import functools
import math
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import torch
from sklearn.cluster import KMeans
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import Tensor
from torch.nn import functional as F

import scse
from scse import weights
from scse.data import brain, digits, standardise
from scse.metrics import mean_dice

HERE = Path(__file__).parent
MATTERS = 0.02  # of Dice: what is less than this is not looked at gate by gate
UNTRAINED = 5  # networks with random weights, beside the trained ones


def names() -> list[str]:
    """The shipped networks that have gates."""
    return [name for name, card in weights.cards().items() if card["network"]["se"]]


def task_of(name: str) -> str:
    return name.split("-")[0]


class Pairs(NamedTuple):
    """Images, each with a counterpart that differs from it in one thing alone, the condition."""

    images: Tensor  # (groups · each, 1, H, W), a group has one condition
    others: Tensor  # the same in another condition
    again: Tensor  # the same in the same condition: only noise, or the hand, is another
    labels: Tensor
    their_labels: Tensor  # of the others
    again_labels: Tensor
    groups: int
    classes: int

    def dice(self, logits: Tensor) -> float:
        return mean_dice(logits.argmax(1), self.labels, self.classes)

    def neighbour(self, gate: Tensor) -> Tensor:
        """The gate of another image in the same condition."""
        return gate.unflatten(0, (self.groups, -1)).roll(1, 1).flatten(0, 1)


@functools.cache
def pairs(task: str, every: int = 4) -> Pairs:
    return brain_pairs(every) if task == "brain" else digit_pairs(12 // every)


def brain_pairs(every: int) -> Pairs:
    """Held-out slices, bright and dark; the condition is the contrast."""
    slices = brain.split()[1][1::every]

    def made(contrast: int, noise: int = 0) -> tuple[Tensor, Tensor]:
        found = [brain.example(y, inverted=contrast, seed=y + noise) for y in slices]
        images, labels = (torch.cat(parts) for parts in zip(*found, strict=True))
        return images, labels

    (bright, labels), (dark, _) = made(0), made(1)
    again = torch.cat([made(contrast, noise=1000)[0] for contrast in (0, 1)])
    images, others = torch.cat([bright, dark]), torch.cat([dark, bright])
    labels = labels.repeat(2, 1, 1)
    return Pairs(images, others, again, labels, labels, labels, 2, len(brain.CLASSES))


def digit_pairs(each: int) -> Pairs:
    """Held-out digits on held-out photographs; the condition is which digit it is.

    The counterpart has another digit in the same place, with the same pen, on the same ground.
    """
    random = torch.Generator().manual_seed(7)
    classes = torch.arange(10).repeat_interleave(each)
    changed = (classes + torch.randint(1, 10, classes.shape, generator=random)) % 10
    shared = _backgrounds(len(classes), digits.TEST_PHOTOS, random)
    images, labels = _on(shared, classes, "test", random)
    others, their_labels = _on(shared, changed, "test", random)
    again, again_labels = _on(shared, classes, "test", random)
    every = (images, others, again, labels, their_labels, again_labels)
    return Pairs(*every, 10, len(digits.CLASSES))


class Backgrounds(NamedTuple):
    """All of a picture but its digit."""

    ground: Tensor
    centre: Tensor
    scale: Tensor
    angle: Tensor
    shear: Tensor
    pen: Tensor
    noise: Tensor


def _backgrounds(n: int, photos: Any, random: torch.Generator) -> Backgrounds:
    def between(low: float, high: float, *shape: int) -> Tensor:
        return low + (high - low) * torch.rand(n, *shape, generator=random)

    size, crops = digits.SIZE, []
    for _ in range(n):
        source = digits.photo(photos[int(torch.randint(len(photos), (), generator=random))])
        top, left = (
            int(torch.randint(side - size + 1, (), generator=random)) for side in source.shape[1:]
        )
        crops.append(digits.dimmed(source[:, top : top + size, left : left + size]))
    noise = torch.randn(n, 1, size, size, generator=random)
    middle = (0.3 * size, 0.7 * size, 2)
    return Backgrounds(
        torch.stack(crops),
        between(*middle),
        between(0.8, 1.2),
        between(-0.35, 0.35),
        between(-0.2, 0.2),
        between(0.8, 1.0, 1),
        0.03 * noise,
    )


def _on(at: Backgrounds, classes: Tensor, split: str, random: torch.Generator) -> tuple[Any, Any]:
    """A digit of each class, in a random hand, on its ground."""
    scans, reads = digits.digits(split)
    picked = []
    for kind in classes.tolist():
        own = (reads == kind).nonzero().flatten()
        picked.append(own[torch.randint(len(own), (), generator=random)])
    ink = digits.ink(scans[torch.stack(picked)])
    opacity = digits.place(ink, at.centre, at.scale, at.angle, at.shear)
    picture, labels = digits.compose(at.ground, opacity, at.pen, classes[:, None])
    return standardise(picture + at.noise), labels


# --- replaced ---


def one_number(gate: Tensor) -> Tensor:
    return torch.full_like(gate, gate.mean())


def replaced(name: str, every: int = 4, **only: Any) -> pd.DataFrame:
    """Dice lost by each replacement, as `scse.sweep` has it."""
    at = pairs(task_of(name), every)
    ways: dict[str, Any] = {
        "condition": "from",
        "item": at.neighbour,
        "mean": "mean",
        "number": one_number,
        "zero": "zero",
    }
    by, net = only.pop("by", ("branch", "block")), scse.load(name)
    only["progress"] = False
    table = scse.sweep(net, at.images, at.dice, by, ways, other=at.others, **only)
    again = scse.sweep(net, at.images, at.dice, by, {"again": "from"}, other=at.again, **only)
    table = pd.concat([table, again[~again.control]])
    table.insert(0, "network", name)
    kept = ["network", "block", "branch", "how", "gate", "lost", "lost_restored", "relative_size"]
    return table[kept]


# --- single channels ---


@torch.no_grad()
def single(name: str, blocks: Any = None, every: int = 8) -> pd.DataFrame:
    """Each channel gate: its mean, and the Dice lost if it is 0, and if its whole map is taken out.

    Where all gates of the block cost something when they are of the other condition
    (``all_wrong``): what it costs if this one alone is, and what is regained if this one alone is
    put right.
    """
    at = pairs(task_of(name), every)
    net = scse.load(name)
    rec, other = scse.record(net, at.images), scse.record(net, at.others)
    base = at.dice(rec.logits)
    lines = []
    for block in [blocks] if isinstance(blocks, str) else (blocks or list(rec)):
        options = {"by": "channel", "blocks": block, "controls": False, "progress": False}
        zero = scse.sweep(net, at.images, at.dice, how="zero", **options)
        alone, right = [math.nan] * len(zero), [math.nan] * len(zero)
        with scse.override(net, {block: {"channel": other[block].channel}}):
            all_wrong = base - at.dice(net(at.images))
            if all_wrong > MATTERS:
                back = scse.sweep(net, at.images, at.dice, how="from", other=rec, **options)
                right = list(-back.lost)
        if all_wrong > MATTERS:
            swap = scse.sweep(net, at.images, at.dice, how="from", other=other, **options)
            alone = list(swap.lost)
        for k in range(len(zero)):
            with _MapOut(net, block, k):
                out = base - at.dice(net(at.images))
            row = [name, block, k, zero.gate[k], zero.lost[k], out, alone[k]]
            lines.append([*row, all_wrong, right[k]])
    columns = ["network", "block", "channel", "gate", "zero", "map_out", "wrong_alone"]
    return pd.DataFrame(lines, columns=[*columns, "all_wrong", "right_alone"])


class _MapOut:
    """Inside it, map k that a block puts out is 0."""

    def __init__(self, net: Any, block: str, k: int) -> None:
        def hook(module: Any, given: Any, output: Tensor) -> Tensor:
            output = output.clone()
            output[:, k] = 0
            return output

        self.handle = scse.find_blocks(net)[block].register_forward_hook(hook)

    def __enter__(self) -> None: ...

    def __exit__(self, *error: Any) -> None:
        self.handle.remove()


# --- what can be read off ---


class Examples(NamedTuple):
    images: Tensor
    classes: Tensor  # what is to be read off each
    folds: list[tuple[Tensor, Tensor]]  # train, test; nothing is shared by the two


@functools.cache
def examples(task: str) -> Examples:
    if task == "brain":
        images, labels = brain.Brain().test()
        index = torch.arange(len(images))
        first = index < len(images) // 2  # the one slab and the other
        halves = [(index[first], index[~first]), (index[~first], index[first])]
        return Examples(images, polarity(images, labels), halves)
    random = torch.Generator().manual_seed(11)
    made = []
    for split, photos, each in (
        ("train", digits.TRAIN_PHOTOS, 60),
        ("test", digits.TEST_PHOTOS, 30),
    ):
        classes = torch.arange(10).repeat_interleave(each)
        images, _ = _on(_backgrounds(len(classes), photos, random), classes, split, random)
        made.append((images, classes))
    images, classes = (torch.cat(parts) for parts in zip(*made, strict=True))
    index = torch.arange(len(images))
    return Examples(images, classes, [(index[:600], index[600:])])


def polarity(images: Tensor, labels: Tensor) -> Tensor:
    """1 where white matter is darker than CSF, 0 where it is brighter."""
    white, csf = (
        (images[:, 0] * (labels == kind)).sum((1, 2)) / (labels == kind).sum((1, 2))
        for kind in (brain.CLASSES.index("white matter"), brain.CLASSES.index("CSF"))
    )
    return (white < csf).long()


def probe(values: Tensor, at: Examples) -> float:
    """Accuracy of a linear probe on held-out examples, mean over the folds."""
    scores = []
    for train, test in at.folds:
        model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000))
        model.fit(values[train].numpy(), at.classes[train].numpy())
        scores.append(model.score(values[test].numpy(), at.classes[test].numpy()))
    return sum(scores) / len(scores)


def agreement(values: Tensor, classes: Tensor) -> float:
    """How far two clusters, found without labels, agree with two classes: from ½ to 1."""
    found = KMeans(2, n_init=20, random_state=0).fit_predict(values.double().numpy())
    same = (torch.from_numpy(found) == classes).double().mean().item()
    return max(same, 1 - same)


@torch.no_grad()
def readings(net: Any, images: Tensor) -> Iterator[tuple[str, str, Tensor]]:
    """Block, what is read, its numbers (N, entries): gates, squeezed maps, mask."""
    parts = [scse.record(net, part) for part in images.split(50)]
    for block in parts[0]:
        seen = [part[block] for part in parts]
        yield block, "squeezed", torch.cat([each.input.mean((2, 3)) for each in seen])
        if seen[0].channel is not None:
            yield block, "channel", torch.cat([each.channel.flatten(1) for each in seen])
        if seen[0].spatial is not None:
            small = [F.adaptive_avg_pool2d(each.spatial, 6).flatten(1) for each in seen]
            yield block, "spatial", torch.cat(small)  # 36 numbers, whatever its size


def of_input(images: Tensor) -> Iterator[tuple[str, Tensor]]:
    """The input itself as a predictor."""
    edges = torch.linspace(-3, 3, 15)
    bins = torch.bucketize(images.flatten(1), edges)
    yield "histogram", F.one_hot(bins, 16).double().mean(1)
    yield "mean", images.mean((1, 2, 3))[:, None]
    yield "small image", F.adaptive_avg_pool2d(images, 8).flatten(1)


def untrained(task: str, seed: int) -> Any:
    torch.manual_seed(seed)
    classes = brain.CLASSES if task == "brain" else digits.CLASSES
    return scse.UNet(1, len(classes)).eval()


def known(name: str) -> pd.DataFrame:
    """``name``: a shipped network, ``brain-untrained-0`` …, or ``brain-input``."""
    task = task_of(name)
    at = examples(task)
    if name.endswith("input"):
        read = [("input", what, values) for what, values in of_input(at.images)]
    elif "untrained" in name:
        read = list(readings(untrained(task, int(name[-1])), at.images))
    else:
        read = list(readings(scse.load(name), at.images))
    lines = []
    for block, what, values in read:
        clusters = agreement(values, at.classes) if task == "brain" else None
        spread = values.double().std(0).mean().item()
        lines.append([name, block, what, probe(values, at), clusters, spread])
    return pd.DataFrame(lines, columns=["network", "block", "read", "probe", "clusters", "spread"])


# --- masks in and out of objects ---


def masks(name: str) -> pd.DataFrame:
    """As `known`, for networks with masks; objects are brains and digits."""
    task = task_of(name)
    images, labels = (part[:60] for part in scse.data.task(task).test())
    net = untrained(task, int(name[-1])) if "untrained" in name else scse.load(name)
    rec = scse.record(net, images)
    objects, edges, lines = (labels > 0).float()[:, None], gradient(images), []
    for block, seen in rec.items():
        mask = seen.spatial
        if mask is None:
            continue
        size = mask.shape[2:]
        share = F.adaptive_avg_pool2d(objects, size)
        light, steep = (F.adaptive_avg_pool2d(part, size) for part in (images, edges))
        inside, outside = mask[share > 0.5], mask[share == 0]
        aucs = [_auc(part[share > 0.5], part[share == 0]) for part in (mask, light, steep)]
        explained = _explained(mask, [light, light**2, steep])
        ratio = (inside.mean() / outside.mean()).item()
        lines.append([name, block, inside.mean().item(), outside.mean().item(), ratio, *aucs])
        lines[-1].append(explained)
    columns = ["network", "block", "inside", "outside", "ratio", "auc", "brightness", "edges"]
    return pd.DataFrame(lines, columns=[*columns, "explained"])


def gradient(images: Tensor) -> Tensor:
    """How steep the brightness is at each pixel, by Sobel's differences."""
    along = torch.tensor([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]]) / 8
    kernel = torch.stack([along, along.T])[:, None]
    return F.conv2d(F.pad(images, (1, 1, 1, 1), "replicate"), kernel).norm(dim=1, keepdim=True)


def _auc(inside: Tensor, outside: Tensor) -> float:
    values = torch.cat([inside, outside]).numpy()
    return roc_auc_score([1] * len(inside) + [0] * len(outside), values)


def _explained(mask: Tensor, predictors: list[Tensor]) -> float:
    """The share of a mask's variance that a linear function of the predictors explains."""
    y = mask.flatten().double()
    x = torch.stack([part.flatten().double() for part in predictors] + [torch.ones_like(y)], 1)
    left = y - x @ torch.linalg.lstsq(x, y[:, None]).solution[:, 0]
    return (1 - left.var() / y.var()).item()


def main() -> None:
    torch.set_num_threads(1)
    shipped = names()
    free = [f"{task}-untrained-{k}" for task in ("brain", "digits") for k in range(UNTRAINED)]
    se = {name: weights.card(name)["network"]["se"] for name in shipped}
    tables: dict[str, tuple[Callable[[str], pd.DataFrame], list[str]]] = {
        "known": (known, ["brain-input", "digits-input", *shipped, *free]),
        "masks": (masks, [name for name in shipped if se[name] != "cse"] + free),
        "replaced": (replaced, shipped),
        "single": (single, [name for name in shipped if se[name] != "sse"]),
    }
    for title in sys.argv[1:] or tables:
        make, subjects = tables[title]
        found = []
        for name in subjects:
            print(title, name, flush=True)
            found.append(make(name))
            pd.concat(found).to_csv(HERE / f"{title}.csv", index=False, float_format="%.4f")


if __name__ == "__main__":
    main()
