"""Train the networks that scse ships: ``python -m scse.training brain-unet-scse --seed 0``.

One loop serves every task. A run writes its state every 100 steps, and on Ctrl-C, and goes on from
there when it is started again; a finished run leaves ``<recipe>-seed<seed>.safetensors`` (float16)
and a card of the same name (JSON) with the data, the recipe and the Dice on the held-out pictures.
"""

import argparse
import dataclasses
import hashlib
import io
import json
import math
import platform
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from scse import data
from scse._checks import positive
from scse._command_line import unmade, unwritable, whole
from scse._extras import require
from scse.long_runs import interrupts_put_off, machine, whole_file
from scse.metrics import dice, mean_dice
from scse.networks import NETWORKS, Network
from scse.weights import Card

SAVE_EVERY = 100  # steps
CARDS = "*-seed*.json"  # of the finished runs in a folder


@dataclass(frozen=True)
class Recipe:
    """What defines a run, but for its seed.

    Raises:
        ValueError: fewer than one step, or a warm-up of exactly one, on which OneCycle divides by
            zero.
        TypeError: ``steps`` is no integer.
    """

    task: str  # of `scse.data.TASKS`
    se: str | None
    combine: str = "add"
    r: int = 2
    width: int = 8
    depth: int = 4
    steps: int = 2000
    batch: int = 8
    lr: float = 3e-3  # the peak of OneCycle
    warmup: float = 0.1  # part of the steps
    weight_decay: float = 1e-4
    network: str = "unet"  # of `scse.networks.NETWORKS`

    def __post_init__(self) -> None:
        positive("steps", self.steps)
        if self.warmup * self.steps == 1:
            raise ValueError(
                f"{self.warmup:g} of {self.steps} steps is a warm-up of one step, which has no "
                "length to rise over: take more steps"
            )

    def is_stored(self, stored: Any) -> bool:
        """Whether this is the recipe of a checkpoint or a card, where it is a dict."""
        return self.unlike(stored) is None

    def unlike(self, stored: Any) -> str | None:
        """In what the recipe of a checkpoint, a card or a result is another one, or None.

        Those of U-Nets may be older than the field ``network``.
        """
        if not isinstance(stored, Mapping):
            return f"it is {stored!r}"
        was, own = {"network": "unet", **stored}, dataclasses.asdict(self)
        pairs = {key: (was.get(key, "missing"), own.get(key, "missing")) for key in own | was}
        differing = [f"{key} was {a!r} and is {b!r}" for key, (a, b) in pairs.items() if a != b]
        return ", ".join(differing) or None


# Width and depth where they are not those of `Recipe`. The depth is that of the authors. Their
# width, 64 at every level, would take a GPU: these are the largest powers of two with which a step
# takes no more than about twice as long as the U-Net's.
SIZES = {"sdnet": {"width": 16, "depth": 5}, "quicknat": {"width": 8, "depth": 5}}


def recipe_of(task: str, se: str | None, network: str = "unet", **more: Any) -> Recipe:
    """The recipe for a network with this kind of block on a task, with its settings.

    Args:
        task: of `scse.data.TASKS`.
        se: of `scse.networks.KINDS`.
        network: of `scse.networks.NETWORKS`.
        more: fields of the recipe that are to be others.
    """
    usual = SIZES.get(network, {}) | data.task(task).settings._asdict()
    return Recipe(**{"task": task, "se": se, "network": network, **usual, **more})


def recipes() -> dict[str, Recipe]:
    """``<task>-<network>-<se>`` for each task, network and kind of block; "none" is no block."""
    return {
        f"{task}-{network}-{se or 'none'}": recipe_of(task, se, network)
        for network in NETWORKS
        for task in data.TASKS
        for se in ("scse", "cse", "sse", None)
    }


def make_network(recipe: Recipe, task: data.Task) -> Network:
    """An untrained network of this recipe, on the current random seed."""
    return NETWORKS[recipe.network](
        1,
        len(task.classes),
        width=recipe.width,
        depth=recipe.depth,
        se=recipe.se,
        r=recipe.r,
        combine=recipe.combine,
    )


def soft_dice_loss(logits: Tensor, label: Tensor) -> Tensor:
    """1 − mean soft Dice over the classes present in ``label``; logits (N, K, H, W)."""
    probability = logits.softmax(1)
    target = F.one_hot(label, logits.shape[1]).permute(0, 3, 1, 2).to(probability.dtype)
    axes = (0, 2, 3)
    overlap = (probability * target).sum(axes)
    total = (probability + target).sum(axes)
    present = target.sum(axes) > 0
    return 1 - (2 * overlap / total.clamp_min(1e-6))[present].mean()


def predict(network: nn.Module, images: Tensor, batch: int = 16) -> Tensor:
    """The class of every pixel, ``(N, H, W)``, in evaluation mode."""
    network.eval()
    with torch.no_grad():
        return torch.cat([network(part).argmax(1) for part in images.split(batch)])


class TrainingRun:
    """One training run in a folder; it can be interrupted at any time and resumed.

    ``change`` alters the untrained network in place: what the run compares, where no recipe says
    it. Data and budget stay those of the recipe and the seed.

    Raises:
        ValueError: ``name`` is no recipe and none is given, or no name of a file; the folder has
            a checkpoint that is damaged or of another recipe.
    """

    def __init__(
        self,
        name: str,
        seed: int = 0,
        folder: str | Path = "runs",
        recipe: Recipe | None = None,
        change: Callable[[Any], None] | None = None,
    ) -> None:
        if recipe is None and name not in recipes():
            raise ValueError(f"unknown recipe {name!r}; there are {', '.join(recipes())}")
        if Path(name).name != name:
            raise ValueError(
                f"the name of a run is that of its files, {name!r} has a folder in it: say folder="
            )
        self.name, self.seed = f"{name}-seed{seed}", seed
        self.recipe = recipe or recipes()[name]
        self.folder = Path(folder)
        self.task = data.task(self.recipe.task)
        torch.manual_seed(seed)
        network = make_network(self.recipe, self.task)
        if change is not None:
            change(network)
        self.network: Network = network.to(  # the stub of `to` leaves out memory_format
            memory_format=torch.channels_last  # type: ignore[call-overload]
        )
        self.generator = torch.Generator().manual_seed(seed)
        self.optimizer = torch.optim.AdamW(
            self.network.parameters(), lr=self.recipe.lr, weight_decay=self.recipe.weight_decay
        )
        self.schedule = torch.optim.lr_scheduler.OneCycleLR(
            self.optimizer,
            self.recipe.lr,
            total_steps=self.recipe.steps,
            pct_start=self.recipe.warmup,
        )
        self.step = 0
        self._resume()

    @property
    def checkpoint(self) -> Path:
        """Where the run keeps its state while it is unfinished."""
        return self.folder / f"{self.name}.checkpoint.pt"

    def _resume(self) -> None:
        if not self.checkpoint.exists():
            return
        content = self.checkpoint.read_bytes()
        try:
            state = torch.load(io.BytesIO(content), weights_only=True)
            recipe = state["recipe"]
            if self.recipe.is_stored(recipe):
                self.network.load_state_dict(state["network"])
                self.optimizer.load_state_dict(state["optimizer"])
                self.schedule.load_state_dict(state["schedule"])
                self.generator.set_state(state["generator"])
                self.step = state["step"]
        except Exception as error:  # damage shows in many ways
            raise ValueError(
                f"{self.checkpoint} is damaged: remove it, and the run begins anew "
                f"({type(error).__name__}: {error})"
            ) from error
        if differing := self.recipe.unlike(recipe):
            raise ValueError(
                f"{self.checkpoint} belongs to another recipe: {differing}; remove it or choose "
                "another folder"
            )

    def save_checkpoint(self) -> None:
        """Write the state, from which the same run made again goes on."""
        state = {
            "recipe": dataclasses.asdict(self.recipe),
            "network": self.network.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "schedule": self.schedule.state_dict(),
            "generator": self.generator.get_state(),
            "step": self.step,
        }
        with whole_file(self.checkpoint) as partial:
            torch.save(state, partial)

    def train(
        self,
        progress_bar: bool = True,
        save_every: int = SAVE_EVERY,
        each_step: "Callable[[TrainingRun], None] | None" = None,
    ) -> Network:
        """Train to the end of the recipe; the bar shows loss, Dice and the time left.

        Args:
            progress_bar: whether to show it.
            save_every: how many steps lie between two checkpoints.
            each_step: called with the run before each step and after the last, to look at it:
                ``run.step`` is 0 first. `scse.snapshots.Watch` is such a callback.

        Raises:
            KeyboardInterrupt: on Ctrl-C, after the step has ended and the state is saved; the
                same run made again goes on from there.
        """
        tqdm = require("tqdm", "train").tqdm
        bar = tqdm(
            total=self.recipe.steps, initial=self.step, desc=self.name, disable=not progress_bar
        )
        with bar, interrupts_put_off() as interrupted:
            if each_step is not None:
                each_step(self)
            while self.step < self.recipe.steps:
                self._train_step(bar)
                if each_step is not None:
                    each_step(self)
                if self.step % save_every == 0 or interrupted.is_set():
                    self.save_checkpoint()
                if interrupted.is_set():
                    raise KeyboardInterrupt(
                        f"{self.name} stopped at step {self.step} of {self.recipe.steps} and is "
                        f"saved in {self.checkpoint}: started again, it goes on from there"
                    )
        return self.network

    def _train_step(self, bar: Any) -> None:
        self.network.train()
        image, label = self.task.batch(
            self.recipe.batch, self.generator, self.step / self.recipe.steps
        )
        with self._noise_of_the_step():
            logits = self.network(image.to(memory_format=torch.channels_last))
        loss = F.cross_entropy(logits, label) + soft_dice_loss(logits, label)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.schedule.step()
        self.step += 1
        bar.update()
        if self.step % 20 == 0:
            score = mean_dice(logits.argmax(1), label, len(self.task.classes))
            bar.set_postfix(loss=f"{loss.item():.3f}", Dice=f"{score:.3f}")

    @contextmanager
    def _noise_of_the_step(self) -> Iterator[None]:
        """What dropout draws is told by seed and step: after a stop it goes on as it would have."""
        with torch.random.fork_rng([]):
            torch.manual_seed((self.seed * 100_003 + self.step) % 2**63)
            yield

    def export(self) -> Card:
        """Write the float16 weights and their card; the Dice is that of the rounded weights."""
        save_file = require("safetensors.torch", "train").save_file
        path = self.folder / f"{self.name}.safetensors"
        state = {
            key: value.half().contiguous() if value.is_floating_point() else value
            for key, value in self.network.state_dict().items()
        }
        with whole_file(path) as partial:
            save_file(state, partial)
        self.network.load_state_dict(
            {k: v.float() if v.is_floating_point() else v for k, v in state.items()}
        )
        images, labels = self.task.test()
        predicted, classes = predict(self.network, images), self.task.classes
        scores = dice(predicted, labels, len(classes))[1:].tolist()
        card: Card = {
            "name": self.name,
            "network": self.network.config,
            "parameters": sum(p.numel() for p in self.network.parameters()),
            "classes": classes,
            "data": self.task.source,
            "recipe": dataclasses.asdict(self.recipe),
            "seed": self.seed,
            "dice": {  # None: in no held-out picture, and not predicted in one
                name: None if math.isnan(score) else score
                for name, score in zip(classes[1:], scores, strict=True)
            },
            "mean_dice": mean_dice(predicted, labels, len(classes)),
            "test_images": len(images),
            "trained_with": f"torch {torch.__version__}, Python {platform.python_version()}",
            "machine": machine(),
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        text = json.dumps(card, indent=2, ensure_ascii=False) + "\n"
        with whole_file(path.with_suffix(".json")) as partial:
            partial.write_text(text, encoding="utf-8")
        self.checkpoint.unlink(missing_ok=True)
        return card


def collect(folder: str | Path, table: str | Path) -> list[Card]:
    """Write the cards of all finished runs in a folder into one JSON file, sorted by name."""
    paths = sorted(Path(folder).glob(CARDS))
    cards = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
    text = json.dumps(cards, indent=1, ensure_ascii=False) + "\n"
    with whole_file(Path(table)) as partial:
        partial.write_text(text, encoding="utf-8")
    return cards


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line."""
    known = recipes()
    parser = argparse.ArgumentParser(
        prog="python -m scse.training", description="Train the networks of the book."
    )
    parser.add_argument("recipes", nargs="*", metavar="recipe", help=", ".join(known))
    parser.add_argument(
        "--seed",
        type=whole(0, 2**63 - 1),
        nargs="+",
        default=[0],
        help="one or more (default: 0)",
    )
    parser.add_argument(
        "--folder", type=Path, default="runs", help="where runs are kept (default: runs)"
    )
    parser.add_argument(
        "--steps", type=whole(10), help="another length of training than the recipe's"
    )
    parser.add_argument("--threads", type=whole(1), help="threads of torch (default: all cores)")
    parser.add_argument(
        "--table", type=Path, help="write all finished runs of the folder into this JSON file"
    )
    options = parser.parse_args(arguments)
    if unknown := [name for name in options.recipes if name not in known]:
        parser.error(f"unknown recipe {unknown[0]!r}; there are {', '.join(known)}")
    if not options.recipes and not options.table:
        parser.error(f"name a recipe; there are {', '.join(known)}")
    if problem := _misplaced(options):
        parser.error(problem)
    if options.threads:
        torch.set_num_threads(options.threads)
    for name in options.recipes:
        recipe = known[name]
        for seed in options.seed:
            try:
                if options.steps is not None:
                    recipe = dataclasses.replace(recipe, steps=options.steps)
                run = TrainingRun(name, seed, options.folder, recipe)
            except ValueError as error:
                parser.error(str(error))
            try:
                run.train()
            except KeyboardInterrupt as stopped:
                parser.exit(130, f"{stopped or 'stopped in the middle of a step'}\n")
            card = run.export()
            score = f"mean Dice {card['mean_dice']:.3f} on {card['test_images']} held-out images"
            print(f"{card['name']}: {score}")
    if options.table:
        collect(options.folder, options.table)


def _misplaced(options: argparse.Namespace) -> str | None:
    """What is wrong with --folder or --table, to be known before a long training; or None."""
    folder, table = options.folder, options.table
    if options.recipes:
        if problem := unmade("--folder", folder):
            return problem
    elif not any(folder.glob(CARDS)):
        return f"--folder {folder} has no finished runs to write into {table}"
    return None if table is None else unwritable("--table", table)


if __name__ == "__main__":
    main()
