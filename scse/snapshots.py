"""A training run watched: ``python -m scse.snapshots brain-unet-scse --save gates.npz``.

At about forty steps, closer together at the start, the gates and masks of every block are kept for
the same held-out pictures, and the loss and the Dice on the same held-out images. `Watch` does so
in any `scse.training.TrainingRun`; `save` packs several seeds of one recipe into a file that the
figure `scse.widgets.GatesLearn` draws.

Batch norm is the trap. Its running statistics lag behind the weights, by tens of steps at the
start, and what is measured with them is the lag. So each snapshot is that of a copy of the network
whose statistics are those of the same 16 training images under the weights of that step.
"""

import argparse
import copy
import dataclasses
import io
import json
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from scse import data
from scse._command_line import unwritable, whole
from scse.long_runs import whole_file
from scse.metrics import mean_dice
from scse.recording import record
from scse.training import TrainingRun, predict, recipes, soft_dice_loss

COUNT = 40  # snapshots
STEPS = 600  # of a run, where nothing else is said
MASK = 16  # pixels a side of a kept mask, at most
PICTURE = 64  # pixels a side of a kept picture, at most
ANSWER = 32  # pixels a side of a kept answer
SETTLE = 16  # training images that batch norm's statistics are measured on
HELD_OUT = 8  # every how many-th test image is scored
LEVELS = 24  # of a kept mask: its noise takes no room
VERSION = 1  # of the file


def moments(steps: int, count: int = COUNT) -> list[int]:
    """The steps of the snapshots, 0 and ``steps`` among them, closer together at the start.

    >>> moments(600, 7)
    [0, 17, 67, 150, 267, 417, 600]
    """
    count = min(count, steps + 1)
    found: list[int] = []
    for i in range(count):
        square = round(steps * (i / (count - 1)) ** 2)
        found.append(max(square, found[-1] + 1 if found else 0))
    return found


def pictures(task: data.Task) -> tuple[list[str], Tensor]:
    """The held-out pictures that are watched: titles and images (2, 1, H, W).

    The brain's two are one slice and its negative; another task's are its first two test images.
    """
    if task.name == "brain":
        from scse.data import brain

        both = [brain.example(134, inverted=i, seed=134)[0] for i in (0.0, 1.0)]
        return ["slice 134, T1-like", "slice 134, inverted"], torch.cat(both)
    return ["held-out picture 1", "held-out picture 2"], task.test()[0][:2]


def settled(network: nn.Module, images: Tensor) -> nn.Module:
    """A copy in evaluation mode whose batch norms have the statistics of ``images``."""
    network = copy.deepcopy(network)
    network.train()
    for module in network.modules():
        if isinstance(module, nn.modules.batchnorm._BatchNorm):
            module.reset_running_stats()
            module.momentum = None  # the plain mean over what is seen from here on
        elif isinstance(module, nn.modules.dropout._DropoutNd):
            module.eval()
    with torch.no_grad():
        network(images)
    return network.eval()


class Watch:
    """Snapshots of a run, to be called before each step and after the last.

        watch = Watch(run)
        run.train(each_step=watch)
        save("gates.npz", [watch])

    They lie beside the run's checkpoint, so a run that is interrupted keeps them.

    Raises:
        ValueError: the run goes on from a checkpoint and its file of snapshots is damaged, or
            lacks some of those before: `save` would refuse them at the end.
    """

    def __init__(self, run: TrainingRun, count: int = COUNT) -> None:
        self.run = run
        self.moments = moments(run.recipe.steps, count)
        self.path = run.folder / f"{run.name}.snapshots.pt"
        self.titles, self.images = pictures(run.task)
        self.settle = run.task.batch(SETTLE, torch.Generator().manual_seed(2018))[0]
        tests = run.task.test()
        self.held_out = (tests[0][::HELD_OUT], tests[1][::HELD_OUT])
        self.taken = self._kept()
        done = {each["step"] for each in self.taken}
        if lacking := [step for step in self.moments if step < run.step and step not in done]:
            raise ValueError(
                f"{run.name} goes on at step {run.step}, and {self.path} lacks the snapshot of "
                f"step {lacking[0]}: it was watched at other steps, or not at all. Ask for as many "
                f"snapshots as before, or remove {run.checkpoint}, and the run begins anew"
            )

    def _kept(self) -> list[dict[str, Any]]:
        """What was seen before the run was interrupted, at the same moments."""
        run = self.run
        if not self.path.exists():
            return []
        content = self.path.read_bytes()
        try:
            state = torch.load(io.BytesIO(content), weights_only=True)
            if not run.recipe.is_stored(state["recipe"]) or state["moments"] != self.moments:
                return []
            return [each for each in state["taken"] if each["step"] <= run.step]
        except Exception as error:  # damage shows in many ways
            begun = f" and {run.checkpoint.name}" if run.step else ""
            raise ValueError(
                f"{self.path} is damaged: remove it{begun}, and the run begins anew "
                f"({type(error).__name__}: {error})"
            ) from error

    def __call__(self, run: TrainingRun) -> None:
        """Take a snapshot, if the run is at one of the moments and has none of it."""
        done = [each["step"] for each in self.taken]
        if run.step not in self.moments or run.step in done:
            return
        self.taken.append(self.look())
        state = {"taken": self.taken, "moments": self.moments}
        state["recipe"] = dataclasses.asdict(run.recipe)
        with whole_file(self.path) as partial:
            torch.save(state, partial)

    def look(self) -> dict[str, Any]:
        """What there is to see at this step."""
        network = settled(self.run.network, self.settle)
        images, labels = self.held_out
        classes = len(self.run.task.classes)
        with torch.no_grad():
            logits = torch.cat([network(part) for part in images.split(4)])
        rec = record(network, self.images)
        return {
            "step": self.run.step,
            "loss": float(F.cross_entropy(logits, labels) + soft_dice_loss(logits, labels)),
            "dice": mean_dice(logits.argmax(1), labels, classes),
            "gates": {n: b.channel.flatten(1) for n, b in rec.items() if b.channel is not None},
            "masks": {n: _small(b.spatial) for n, b in rec.items() if b.spatial is not None},
            "answer": _sampled(rec.logits.argmax(1)),
        }


def _small(mask: Tensor) -> Tensor:  # (N, 1, H, W) -> (N, h, w)
    return _shrunk(mask, MASK)[:, 0]


def _shrunk(maps: Tensor, most: int) -> Tensor:  # (N, C, H, W) -> (N, C, h, w)
    height, width = maps.shape[2:]
    return F.adaptive_avg_pool2d(maps, (min(most, height), min(most, width)))


def _sampled(answer: Tensor) -> Tensor:  # (N, H, W) -> (N, h, w)
    step = [max(1, side // ANSWER) for side in answer.shape[1:]]
    return answer[:, step[0] // 2 :: step[0], step[1] // 2 :: step[1]]


class Learning(NamedTuple):
    """What a file of snapshots holds; the first axis is always the seed, the second the moment."""

    about: dict[str, Any]
    """``recipe``, ``seeds``, ``pictures`` (titles), ``blocks`` (name → channels), ``masks`` (the
    blocks that have one), ``classes``, ``colours``, ``held_out`` (how many images are scored) and
    ``test_dice`` (of each seed, at the end, on all test images)."""
    steps: Tensor
    """(moments,)"""
    loss: Tensor
    """Cross-entropy + soft Dice on the held-out images, float32 (seeds, moments)."""
    dice: Tensor
    """On the same images, float32 (seeds, moments)."""
    gates: Tensor
    """8 bits, 255 is 1: (seeds, moments, pictures, gates), those of all blocks in a row."""
    masks: Tensor
    """8 bits, `LEVELS` − 1 is 1: (seeds, moments, pictures, blocks, h, w)."""
    answers: Tensor
    """Classes, 8 bits (seeds, moments, pictures, h, w)."""
    images: Tensor
    """The pictures in grey, 8 bits (pictures, h, w)."""


_IN_TIME = ("gates", "masks", "answers")  # kept as differences from moment to moment: much smaller


def save(path: str | Path, watches: Sequence[Watch]) -> None:
    """Write the finished watches, seeds of one recipe, into one compressed ``.npz`` file.

    Raises:
        ValueError: no watch, one that is not finished, or of another recipe than the first.
    """
    if not watches:
        raise ValueError("there is nothing to save: no run was watched")
    first = watches[0]
    for watch in watches:
        if watch.run.recipe != first.run.recipe or watch.moments != first.moments:
            raise ValueError(f"{watch.run.name} is not of the recipe of {first.run.name}")
        if [each["step"] for each in watch.taken] != watch.moments:
            raise ValueError(
                f"{watch.run.name} has {len(watch.taken)} of {len(watch.moments)} snapshots"
            )
    shot = first.taken[0]
    about = {
        "version": VERSION,
        "recipe": dataclasses.asdict(first.run.recipe),
        "seeds": [watch.run.seed for watch in watches],
        "pictures": first.titles,
        "blocks": {name: gates.shape[1] for name, gates in shot["gates"].items()},
        "masks": list(shot["masks"]),
        "classes": list(first.run.task.classes),
        "colours": list(first.run.task.colours),
        "held_out": len(first.held_out[0]),
        "test_dice": [_test_dice(watch) for watch in watches],
    }

    def every(of: Callable[[dict[str, Any]], Any]) -> Tensor:
        return torch.stack(
            [torch.stack([torch.as_tensor(of(each)) for each in w.taken]) for w in watches]
        )

    found = Learning(
        about,
        torch.tensor(first.moments),
        every(lambda each: each["loss"]).float(),
        every(lambda each: each["dice"]).float(),
        every(lambda each: (torch.cat(list(each["gates"].values()), 1) * 255).round().byte()),
        every(lambda each: (_stacked(each["masks"]) * (LEVELS - 1)).round().byte()),
        every(lambda each: each["answer"].byte()),
        data.stretch(_shrunk(first.images, PICTURE)[:, 0]),
    )
    arrays = {name: value.numpy() for name, value in found._asdict().items() if name != "about"}
    for name in _IN_TIME:  # modulo 256
        arrays[name] = np.diff(arrays[name], axis=1, prepend=arrays[name][:, :1] * 0)
    with whole_file(Path(path)) as partial, partial.open("wb") as file:
        np.savez_compressed(file, about=np.array(json.dumps(about)), **arrays)


def load(path: str | Path) -> Learning:
    """What `save` wrote.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it holds no snapshots, or those of another version.
    """
    try:
        with np.load(path) as file:
            arrays = {name: file[name] for name in file.files}
        about = json.loads(str(arrays.pop("about")))
        if about["version"] != VERSION:
            raise ValueError(f"version {about['version']}, expected {VERSION}")
        for name in _IN_TIME:
            arrays[name] = np.cumsum(arrays[name], axis=1, dtype=np.uint8)
        tensors = {name: torch.from_numpy(value) for name, value in arrays.items()}
        return Learning(about, **tensors)
    except (ValueError, TypeError, KeyError, zipfile.BadZipFile, EOFError) as error:
        raise ValueError(f"{path} holds no snapshots that can be read: {error}") from error


def _stacked(masks: dict[str, Tensor]) -> Tensor:
    """All masks at the size of the largest, (pictures, blocks, h, w)."""
    height, width = (max(mask.shape[axis] for mask in masks.values()) for axis in (1, 2))
    return torch.stack(
        [F.interpolate(m[:, None], (height, width))[:, 0] for m in masks.values()], 1
    )


def _test_dice(watch: Watch) -> float:
    """On all test images, with the running statistics: what `scse.training` would report."""
    images, labels = watch.run.task.test()
    found = predict(watch.run.network, images)
    return round(mean_dice(found, labels, len(watch.run.task.classes)), 3)


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line."""
    known = [name for name, recipe in recipes().items() if recipe.se == "scse"]
    parser = argparse.ArgumentParser(
        prog="python -m scse.snapshots", description="Train, and watch the gates learn."
    )
    parser.add_argument("recipe", choices=known, metavar="recipe", help=", ".join(known))
    parser.add_argument("--seeds", type=whole(0, 2**63 - 1), nargs="+", default=[0, 1, 2])
    parser.add_argument("--steps", type=whole(3), default=STEPS, help=f"default: {STEPS}")
    parser.add_argument(
        "--snapshots", type=whole(2), default=COUNT, help=f"how many, default: {COUNT}"
    )
    parser.add_argument(
        "--folder", type=Path, default=Path("runs"), help="where unfinished runs lie"
    )
    parser.add_argument("--threads", type=whole(1), help="threads of torch (default: all cores)")
    parser.add_argument("--save", type=Path, required=True, help="the file to write, .npz")
    options = parser.parse_args(arguments)
    if options.save.suffix != ".npz":
        parser.error(f"--save {options.save} must be an .npz file")
    if problem := unwritable("--save", options.save):
        parser.error(problem)
    if options.threads:
        torch.set_num_threads(options.threads)
    name = f"{options.recipe}-{options.steps}"
    try:  # all of them first: what cannot be gone on with is said before any training
        recipe = dataclasses.replace(recipes()[options.recipe], steps=options.steps)
        runs = [TrainingRun(name, seed, options.folder, recipe) for seed in options.seeds]
        watches = [Watch(run, options.snapshots) for run in runs]
    except ValueError as error:
        parser.error(str(error))
    for run, watch in zip(runs, watches, strict=True):
        try:
            run.train(each_step=watch)
        except KeyboardInterrupt as stopped:
            parser.exit(130, f"{stopped or 'stopped in the middle of a step'}\n")
        run.save_checkpoint()  # so that a seed that is finished is not trained again
    save(options.save, watches)
    size = options.save.stat().st_size / 1000
    print(
        f"{options.save}: {len(watches)} seeds, {len(watches[0].moments)} snapshots, {size:.0f} kB"
    )


if __name__ == "__main__":
    main()
